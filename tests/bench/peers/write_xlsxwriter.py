"""write_xlsxwriter.py ROWS FILE: the call list as a workbook by XlsxWriter in constant-memory mode, fed from memory."""
import sys
import time

import xlsxwriter

from rows import LABELS, row, say, since

SHEET_ROWS = 1048575  # below the head
DAYS_TO_1970 = 25569


def main():
    rows = int(sys.argv[1])
    begin = time.monotonic()
    book = xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True})
    book.use_zip64()
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for i in range(rows):
        if i % SHEET_ROWS == 0:
            sheet = book.add_worksheet()
            text, number = sheet.write_string, sheet.write_number
            sheet.write_row(0, 0, LABELS)
        line = i % SHEET_ROWS + 1
        call, time_s, agent, department, topic, status, wait, talk, resolved, satisfaction = row(i)
        text(line, 0, call)
        number(line, 1, DAYS_TO_1970 + time_s / 86400, date)
        text(line, 2, agent)
        text(line, 3, department)
        text(line, 4, topic)
        text(line, 5, status)
        number(line, 6, wait)
        number(line, 7, talk)
        text(line, 8, "yes" if resolved else "no")
        number(line, 9, satisfaction)
    book.close()
    say(rows, since(begin))


main()
