"""readers.py: files of reports, each read back by a reader of its own: {label: cell} of the figures, and tables as
(title, heads, rows). A reader says what its cells are like: numbers, or texts for people."""

import csv
import io
import json
import subprocess
import zipfile
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import workbook

from test_formats import Page


class File:
    shown = False  # cells are texts for people, as in a mail
    exact = True  # numbers with all their digits; else those of a double
    totals = True  # rows of totals are among those of groups
    by_name = False  # heads are names, not labels

    @staticmethod
    def key(cell):
        """The text of a key; None where there is none."""
        return cell or None

    @staticmethod
    def value(cell):
        return cell

    def __init__(self):
        self.figures, self.texts, self.previous, self.tables = {}, {}, {}, []
        self.ids, self.records, self.estimated = None, None, set()


def number(value):
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, Decimal)):
        return Fraction(value)
    return value


def headed(head, label):
    return f"{head}: {label}" if head else label


def read_json(data):
    found, file = json.loads(data, parse_float=Decimal), File()
    file.records = found["records"]
    for figure in found["figures"]:
        file.figures[figure["label"]] = number(figure["value"])
        file.texts[figure["label"]] = figure["text"]
        if figure["approximate"]:
            file.estimated.add(figure["label"])
        beside = figure["comparison"]
        if beside:
            file.previous[figure["label"]] = [number(beside[n]["value"]) for n in ("previous", "difference", "percent")]
    for table in found.get("tables", ()):
        heads = [headed(column["head"], column["label"]) for column in table["columns"]]
        file.estimated |= {(table["title"], c["head"], c["label"]) for c in table["columns"] if c["approximate"]}
        file.tables.append((table["title"], heads, [[number(cell) for cell in row] for row in table["rows"]]))
    file.ids = [next(iter(row.values())) for row in found["rows"]] if "rows" in found else None
    return file


def text_number(value):
    try:
        return Fraction(Decimal(value)) if value else None
    except InvalidOperation:
        return value


def unguarded(label):
    """A text that a spreadsheet would take for a formula has an apostrophe before it."""
    return label[1:] if label[:1] == "'" and label[1:2] in ("=", "+", "-", "@") else label


def read_csv(data):
    file, parts = File(), zipfile.ZipFile(io.BytesIO(data))
    file.totals, file.key, file.value = False, unguarded, text_number
    for name in parts.namelist():
        rows = list(csv.reader(io.StringIO(parts.read(name).decode("utf-8-sig"), newline="")))
        if name == "figures.csv":
            for _, label, words, value, *beside in rows[1:]:
                file.figures[label], file.texts[label] = text_number(value), words
                file.previous[label] = [text_number(cell) for cell in beside]
        elif name == "list.csv":
            file.ids = [row[0] for row in rows[1:]]
        elif name.endswith(".csv"):
            file.tables.append((name.removesuffix(".csv"), [unguarded(head) for head in rows[0]], rows[1:]))
    return file


def read_ndjson(data):
    file, tables = File(), {}
    file.by_name = True
    for line in data.decode().splitlines():
        group = json.loads(line, parse_float=Decimal)
        title = group.pop("_table", None)
        assert group.pop("_kind", "group") in ("group", "subtotal", "total")
        tables.setdefault(title, (list(group), []))[1].append([number(cell) for cell in group.values()])
    file.tables = [(title, heads, rows) for title, (heads, rows) in tables.items()]
    return file


class WidePage(Page):
    """With a cell of a head for each column that it stands above."""

    width = 1

    def handle_starttag(self, tag, attributes):
        super().handle_starttag(tag, attributes)
        self.width = int(dict(attributes).get("colspan", 1)) if tag == "th" else self.width

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        if tag == "th" and self.title:
            row = self.tables[self.title][-1]
            row += row[-1:] * (self.width - 1)


def with_heads(title, rows):
    """A pivot has the groups across above the labels, and nothing above the keys."""
    if rows[0][0]:
        return title, rows[0], rows[1:]
    return title, [headed(head, label) for head, label in zip(rows[0], rows[1], strict=True)], rows[2:]


def read_html(data):
    page, file = WidePage(data.decode("utf-8")), File()
    file.shown = True
    file.texts = {card[0]: card[1] for card in page.cards}
    file.tables = [with_heads(title, rows) for title, rows in page.tables.items()]
    return file


def filled(row):
    """A row of heads, of which a sheet has each in the first of its cells."""
    made = []
    for cell in row:
        made.append(cell if cell is not None or not made else made[-1])
    return made


def read_xlsx(data):
    book, file = workbook.read(data), File()
    file.exact = False
    inside = False
    for row in book["Summary"].iter_rows(values_only=True):
        if inside and row[1] is None:
            break
        if inside:
            file.figures[row[1]] = None if row[2] == "n/a" else row[2]
            file.previous[row[1]] = [None if cell == "n/a" else cell for cell in row[3:6]]
        inside = inside or row[1] == "Figure"
    for sheet in book.worksheets[1:]:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        rows[0] = filled(rows[0])
        file.tables.append(with_heads(sheet.title, rows))
    return file


def read_pdf(data):
    """Lines of words, to look for rows in."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    file = File()
    file.lines = [" ".join(line.split()) for line in done.stdout.decode().splitlines()]
    return file


READERS = {
    "json": read_json, "csv": read_csv, "ndjson": read_ndjson, "html": read_html, "xlsx": read_xlsx, "pdf": read_pdf,
}


def same_number(found, value, exact):
    if isinstance(found, str):  # whole numbers that a spreadsheet would not keep
        return Fraction(found) == value
    return found is not None and (found == value if exact else float(found) == float(value))


def same(found, wanted, exact=True):
    """wanted: a Fraction, a text (of a time as a workbook shows it), or None."""
    if isinstance(wanted, Fraction):
        try:
            if wanted.denominator > 1 and abs(wanted) >= 10**14 and not isinstance(found, str):
                return abs(found - wanted) <= abs(wanted) / 10**15  # the digits of a double
            return same_number(found, wanted, exact)
        except ValueError:
            return False
    if wanted is None or not isinstance(wanted, str):
        return found is None or found == ""
    if isinstance(found, datetime):
        return str(found)[: len(wanted)] == wanted
    return str(found)[: len(wanted)].replace("T", " ") == wanted
