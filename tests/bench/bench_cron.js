// bench_cron.js: the same as bench_cron.c by croner and by cron-parser.
//   dev/cron-peers node tests/bench/bench_cron.js croner|cron-parser TIMES EXPRESSION ZONE
'use strict';
const { Cron } = require('croner');
const { CronExpressionParser } = require('cron-parser');

const FROM = 1767225600000;
const TO = 2082758400000;
const [peer, times, expression, zone] = process.argv.slice(2);

function croner() {
  const cron = new Cron(expression, { timezone: zone, paused: true });
  return (at) => cron.nextRun(new Date(at)).getTime();
}

function cronParser() { // goes on from its own last time, as its users do
  let schedule;
  return (at) => {
    if (at === FROM) schedule = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(at) });
    return schedule.next().getTime();
  };
}

const next = peer === 'croner' ? croner() : cronParser();
let at = FROM;
const begin = process.hrtime.bigint();
for (let i = 0; i < Number(times); i++) {
  at = next(at);
  at = at > TO ? FROM : at;
}
const us = Number(process.hrtime.bigint() - begin) / 1000;
console.log(JSON.stringify({ us: us / Number(times), last: at }));
