"""workbook.py: workbooks by openpyxl, with percentages as people read them."""

import io
import re

import openpyxl


def is_percent(cell):
    """Whether a spreadsheet shows a hundred times the number: "%" in its format, and not in a text of it."""
    return isinstance(cell.value, (int, float)) and "%" in re.sub(r'"[^"]*"', "", cell.number_format)


def read(data):
    """The workbook; a cell that holds 0.8291 and shows "82.91 %" has the value 82.91."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if is_percent(cell)):
            shown = round(cell.value * 100, 9)
            cell.value = int(shown) if shown == int(shown) else shown
    return book
