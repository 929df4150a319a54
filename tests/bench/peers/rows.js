// rows.js: the call list of bench_rows.h, for the peers that run in node.
'use strict';

const agents = ['Diane', 'Becky', 'Stewart', 'Greg', 'Dan', 'Joe', 'Martha', 'Jim'];
const topics = ['Streaming', 'Technical Support', 'Payment related', 'Contract related'];
const EPOCH_MS = Date.UTC(2022, 0, 3);

exports.labels = ['Call', 'Started at', 'Agent', 'Department', 'Topic', 'Status', 'Wait (s)', 'Talk (s)', 'Resolved',
  'Satisfaction'];

exports.row = (i) => ({
  id: 'C' + String(i).padStart(8, '0'),
  timeMs: EPOCH_MS + i * 30000,
  agent: agents[i % 8],
  department: 'support',
  topic: topics[i % 4],
  status: i % 5 === 0 ? 'missed' : 'answered',
  wait: i % 120,
  talk: i % 400,
  resolved: i % 3 !== 0,
  satisfaction: i % 6,
});

// Prints what bench_rows_print() prints.
exports.print = (rows, beginMs) => {
  const seconds = (performance.now() - beginMs) / 1000;
  const status = require('fs').readFileSync('/proc/self/status', 'utf8');
  console.log(JSON.stringify({ rows, seconds, per_s: rows / seconds, peak_kib: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) }));
};
