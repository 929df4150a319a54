// write_exceljs.js ROWS FILE: the call list as a workbook by the streaming writer of exceljs, fed from memory.
'use strict';
const ExcelJS = require('exceljs');
const { labels, print, row } = require('./rows.js');

const SHEET_ROWS = 1048575; // below the head

async function main() {
  const rows = Number(process.argv[2]);
  const begin = performance.now();
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: process.argv[3], useStyles: true, useSharedStrings: false });
  let sheet = null;
  for (let i = 0; i < rows; i++) {
    if (i % SHEET_ROWS === 0) {
      if (sheet) sheet.commit();
      sheet = book.addWorksheet('Calls' + (i / SHEET_ROWS + 1));
      sheet.columns = labels.map((header, n) => ({ header, width: 14, style: n === 1 ? { numFmt: 'yyyy-mm-dd hh:mm:ss' } : {} }));
    }
    const r = row(i);
    sheet.addRow([r.id, 25569 + r.timeMs / 86400000, r.agent, r.department, r.topic, r.status, r.wait, r.talk,
      r.resolved ? 'yes' : 'no', r.satisfaction]).commit();
    if (i % 1000 === 999) await new Promise(setImmediate); // lets it write what it has
  }
  sheet.commit();
  await book.commit();
  print(rows, begin);
}

main();
