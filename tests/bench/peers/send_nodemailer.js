// send_nodemailer.js: the mails of bench_mail.c by nodemailer, pooled. send_nodemailer.js HOST:PORT COUNT CONNECTIONS BYTES
"use strict";
const nodemailer = require("nodemailer");

const [server, count, connections, bytes] = process.argv.slice(2);
const [host, port] = server.split(":");
const pool = nodemailer.createTransport({
  host, port: Number(port), pool: true, maxConnections: Number(connections), maxMessages: Infinity, secure: false, ignoreTLS: true,
});
const content = Buffer.alloc(Number(bytes), "x");
const total = Number(count);
let next = 0;

// As many callers as connections, so that memory holds no queue.
async function send() {
  for (let number = next++; number < total; number = next++) {
    await pool.sendMail({
      from: "Jobwire <reports@example.com>", to: `reader-${number}@example.com`, subject: "Weekly report",
      messageId: `<bench-${number}@jobwire.example>`, date: new Date(1767225600000),
      text: "The report is attached.\n", html: "<p>The report is attached.</p>\n",
      attachments: [{ filename: "report.xlsx", content, contentType: "application/octet-stream" }],
    });
  }
}

async function main() {
  const begin = process.hrtime.bigint();
  await Promise.all(Array.from({ length: Number(connections) }, send));
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  pool.close();
  console.log(JSON.stringify({ count: total, per_s: total / seconds, peak_kib: process.resourceUsage().maxRSS }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
