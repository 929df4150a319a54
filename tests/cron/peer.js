// peer.js: due times by croner or cron-parser. Standard input: a JSON line a question, [expression, zone, after_ms, how many];
// standard output: a JSON line an answer, a list of ms, or a text: why the expression is refused.
//   dev/cron-peers node tests/cron/peer.js croner|cron-parser
'use strict';
const readline = require('node:readline');
const { Cron } = require('croner');
const { CronExpressionParser } = require('cron-parser');

const readers = {
  croner(expression, zone, after, n) {
    return new Cron(expression, { timezone: zone, paused: true }).nextRuns(n, new Date(after)).map((date) => date.getTime());
  },
  'cron-parser'(expression, zone, after, n) {
    const schedule = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(after) });
    return Array.from({ length: n }, () => schedule.next().getTime());
  },
};

const read = readers[process.argv[2]];
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  let answer;
  try {
    answer = read(...JSON.parse(line));
  } catch (error) {
    answer = String(error.message);
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
