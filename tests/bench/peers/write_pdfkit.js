// write_pdfkit.js ROWS FILE: the call list as a PDF by pdfkit, fed from memory: the columns, lines, repeated heads and page
// numbers of our own list, in the same embedded font.
'use strict';
const fs = require('fs');
const PDFDocument = require('pdfkit');
const { labels, print, row } = require('./rows.js');

const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf';
const BOLD = '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf';
const SIZE = 7.5, LINES = 32, HEIGHT = 13.4, TOP = 103, LEFT = 40, RIGHT = 802;
const at = [43, 144, 241, 315, 388, 489, 611, 694, 701, 798]; // the left edge, of a number the right one
const right = [false, false, false, false, false, false, true, true, false, true];

const rows = Number(process.argv[2]);
const begin = performance.now();
const doc = new PDFDocument({ size: 'A4', layout: 'landscape', margin: 0, autoFirstPage: false, compress: true });
const file = fs.createWriteStream(process.argv[3]);
doc.pipe(file);

function put(text, x, y, toRight) {
  doc.text(text, toRight ? x - doc.widthOfString(text) : x, y, { lineBreak: false });
}

function line(cells, y) {
  for (let n = 0; n < cells.length; n++) put(cells[n], at[n], y, right[n]);
}

async function main() {
  const pages = Math.ceil(rows / LINES);
  for (let i = 0; i < rows; i++) {
    if (i % LINES === 0) {
      doc.addPage();
      doc.lineWidth(0.5).strokeColor('#e2e8f0').font(BOLD).fontSize(SIZE);
      line(labels, TOP);
      doc.font(FONT);
      put(`Page ${i / LINES + 1} of ${pages}`, RIGHT, 569, true);
      await new Promise(setImmediate); // lets it write what it has
    }
    const r = row(i);
    const y = TOP + HEIGHT * (i % LINES + 1);
    line([r.id, new Date(r.timeMs).toISOString().slice(0, 19).replace('T', ' '), r.agent, r.department, r.topic, r.status,
      String(r.wait), String(r.talk), r.resolved ? 'yes' : 'no', String(r.satisfaction)], y);
    doc.moveTo(LEFT, y + 11).lineTo(RIGHT, y + 11).stroke();
  }
  doc.end();
  file.on('finish', () => print(rows, begin));
}

main();
