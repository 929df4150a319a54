// bullmq.js: job schedulers of BullMQ on a Redis: how late its worker has their jobs.
//   dev/peers node tests/bench/peers/bullmq.js PORT COUNT EVERY_MS SECONDS
// COUNT schedulers: EVERY_MS 0: by cron, each second, all at the same moment; else each so often, evenly spread.
'use strict';
const { Queue, Worker } = require('bullmq');

const AHEAD_MS = 3000; // until the first is due, and after that until it is measured
const [port, count, every, seconds] = process.argv.slice(2).map(Number);
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
const template = {
  name: 'n', data: { reportType: 'call-records', parameters: { period: { type: 'weekly' } }, output: { format: 'csv' } },
  opts: { removeOnComplete: true, removeOnFail: true },
};

async function main() {
  const queue = new Queue('bench', { connection });
  const begin = Date.now();
  const first = begin + AHEAD_MS + count; // it takes less than a millisecond each
  for (let i = 0; i < count; i += 500) {
    const batch = [];
    for (let k = i; k < Math.min(i + 500, count); k++) {
      const rule = every === 0 ? { pattern: '* * * * * *' } : { every, startDate: new Date(first + k * every / count) };
      batch.push(queue.upsertJobScheduler(`s-${k}`, rule, template));
    }
    await Promise.all(batch);
  }
  const loaded = (Date.now() - begin) / 1000;
  const late = [];
  let from = Infinity;
  let to = Infinity;
  const worker = new Worker('bench', async (job) => {
    const due = Number(job.id.split(':').pop());
    if (due >= from && due < to) late.push(Date.now() - due);
  }, { connection, concurrency: 100 });
  await wait(Math.max(0, first - Date.now()) + AHEAD_MS);
  from = Math.ceil(Date.now() / 1000) * 1000 + 1000;
  to = from + seconds * 1000;
  await wait(from - Date.now());
  const cpu = process.cpuUsage();
  await wait(to - Date.now());
  const used = process.cpuUsage(cpu);
  await wait(AHEAD_MS); // those that are late
  late.sort((a, b) => a - b);
  console.log(JSON.stringify({
    loaded, fired: late.length, p50: late[Math.floor(late.length / 2)], p99: late[Math.floor(late.length * 0.99)],
    cpu_s: (used.user + used.system) / 1e6, mib: process.memoryUsage().rss / 1048576, from, to,
  }));
  await worker.close(true);
  await queue.close();
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
