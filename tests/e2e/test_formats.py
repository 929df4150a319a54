"""One report in every format: each is read back by a reader of its own, and every figure and every cell is compared with
a computation of the test's own."""

import csv
import html.parser
import io
import json
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import jsonschema
import pytest

import independent
import workbook
from stack import TOP, weekly

ISTANBUL = ZoneInfo("Europe/Istanbul")
PARAMETERS = {"dateRange": {"startDate": "2021-01-11", "endDate": "2021-01-17"}, "timeZone": "Europe/Istanbul"}
SCHEMA = json.loads((TOP / "schemas/report-file.v1.json").read_text())
FIELDS = (
    "callId", "startedAt", "agent", "department", "topic", "status", "waitSeconds", "talkSeconds", "resolved",
    "satisfaction",
)


class Page(html.parser.HTMLParser):
    """Cards and tables of a page: [(label, text)], {title: rows}, and what it would load or run."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.cards, self.tables, self.loads, self.title, self.into = [], {}, [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.loads += [tag] if tag in ("script", "link", "iframe", "object", "form") else []
        self.loads += [v for k, v in attributes.items() if k in ("src", "href") and not v.startswith("data:image/png;")]
        if tag == "div" and attributes.get("class") == "card":
            self.cards.append([])
        elif tag == "section" and attributes.get("class") == "cards":
            self.into = "card"
        elif tag == "h2":
            self.title, self.into = "", "title"
        elif tag == "tbody" or (tag == "thead"):
            self.tables.setdefault(self.title, [])
        elif tag == "tr" and self.title:
            self.tables[self.title].append([])
        elif tag in ("td", "th") and self.title:
            self.tables[self.title][-1].append("")
            self.into = "cell"
        else:
            self.into = self.into if self.into == "card" else None

    def handle_endtag(self, tag):
        if tag == "section" or tag in ("h2", "td", "th"):
            self.into = None

    def handle_data(self, data):
        if self.into == "card" and self.cards and data.strip():
            self.cards[-1].append(data)
        elif self.into == "title":
            self.title += data
        elif self.into == "cell":
            self.tables[self.title][-1][-1] += data


@pytest.fixture(scope="module")
def report(calls_csv):
    made = independent.Report(
        independent.read_calls(calls_csv),
        datetime(2021, 1, 11, tzinfo=ISTANBUL), datetime(2021, 1, 18, tzinfo=ISTANBUL), ISTANBUL,
    )
    assert len(made.calls) > 300
    return made


@pytest.fixture(scope="module")
def made(api):
    """Makes the report and downloads it."""

    def make(**output):
        job_id = api.create(weekly(name="<Weekly> & calls", parameters=PARAMETERS, output=output))
        api.wait(job_id)
        return api.download(job_id)

    return make


def same_number(text, value, where):
    assert (text == "") if value is None else (float(text) == pytest.approx(value, abs=1e-9)), where


def same_groups(rows, wanted, where, number=same_number):
    """Rows of a table with their heads; the first column is the group."""
    assert len(rows) == len(wanted), where
    assert list(rows[0]) == list(wanted[0]), where
    for row, right in zip(rows[1:], wanted[1:], strict=True):
        assert row[0] == right[0], where
        for cell, value in zip(row[1:], right[1:], strict=True):
            number(cell, value, f"{where}, {right[0]}")


def exact(cell, value, where):
    assert cell == (value if value is None else pytest.approx(value, abs=1e-9)), where


def rows_of(data, delimiter=","):
    return [tuple(row) for row in csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter)]


def test_xlsx(made, report):
    book = workbook.read(made(format="xlsx").content)
    cells = {row[1]: row[2] for row in book["Summary"].iter_rows(values_only=True) if row[1] in independent.SUMMARY}
    for label, value in report.summary().items():
        exact(cells[label], value, label)
    for title, rows in report.tables().items():
        found = [row[: len(rows[0])] for row in book[title].iter_rows(values_only=True)]
        same_groups(found, rows, title, exact)
    assert book["Calls"].max_row == len(report.calls) + 1


TABLES = ("Calls by hour", "Calls by day", "By agent", "By topic")


@pytest.mark.parametrize("content, sheets", [("list", ["Summary", "Calls"]), ("tables", ["Summary", *TABLES])])
def test_a_workbook_has_what_was_asked_for(made, content, sheets):
    assert workbook.read(made(format="xlsx", content=content).content).sheetnames == sheets


def test_csv_zip(made, report):
    answer = made(format="csv", content="all")
    assert answer.headers["Content-Type"] == "application/zip" and ".zip" in answer.headers["Content-Disposition"]
    files = zipfile.ZipFile(io.BytesIO(answer.content))
    assert files.testzip() is None
    assert files.namelist() == ["list.csv", "figures.csv", *(f"{title}.csv" for title in report.tables())]
    figures = {row[1]: row[2:4] for row in rows_of(files.read("figures.csv"))[1:]}
    assert list(figures) == list(report.summary())
    for label, (text, value) in figures.items():
        assert text == report.summary_texts()[label]
        same_number(value, report.summary()[label], label)
    for title, rows in report.tables().items():
        same_groups(rows_of(files.read(f"{title}.csv")), rows, title)
    assert rows_of(files.read("list.csv")) == [independent.COLUMNS, *report.csv_rows()]


def test_csv_for_a_german_excel(made, report):
    answer = made(format="csv", table="By agent", bom=True, csv={"decimalComma": True})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = rows_of(answer.content[3:], ";")
    wanted = report.tables()["By agent"]
    assert any("," in cell for row in rows[1:] for cell in row)
    same_groups([rows[0], *([row[0], *(c.replace(",", ".") for c in row[1:])] for row in rows[1:])], wanted, "By agent")


def list_row(c, report):
    return (
        c.id, report.local(c).isoformat(), c.agent, c.department, c.topic, c.status, c.wait, c.talk, c.resolved,
        c.satisfaction,
    )


def test_json(made, report):
    answer = made(format="json")
    assert answer.headers["Content-Type"] == "application/json"
    found = answer.json()
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert list(found) == [name for name in SCHEMA["properties"]], "in the order of the schema"
    assert found["period"]["start"] == "2021-01-11T00:00:00+03:00" and found["records"] == len(report.calls)
    assert {f["label"]: f["text"] for f in found["figures"]} == report.summary_texts()
    for figure in found["figures"]:
        exact(figure["value"], report.summary()[figure["label"]], figure["label"])
    tables = {t["title"]: [[c["label"] for c in t["columns"]], *t["rows"]] for t in found["tables"]}
    assert list(tables) == list(report.tables())
    for title, rows in report.tables().items():
        same_groups(tables[title], rows, title, exact)
    assert [tuple(row.items()) for row in found["rows"]] == [
        tuple(zip(FIELDS, list_row(c, report), strict=True)) for c in report.calls
    ]


@pytest.mark.parametrize("content", ["list", "tables"])
def test_json_of_a_part(made, content):
    found = made(format="json", content=content).json()
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert ("rows" in found, "tables" in found) == (content == "list", content == "tables")


def test_ndjson(made, report):
    answer = made(format="ndjson")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = [tuple(json.loads(line).values()) for line in answer.text.splitlines()]
    assert lines == [list_row(c, report) for c in report.calls]
    groups = [json.loads(line) for line in made(format="ndjson", content="tables").text.splitlines()]
    for title, rows in report.tables().items():
        found = [list(g.values())[2:] for g in groups if g["_table"] == title and g["_kind"] == "group"]
        same_groups([rows[0], *found], rows, title, exact)


def test_html(made, report):
    answer = made(format="html")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    page = Page(answer.content.decode("utf-8"))
    assert page.loads == []
    assert {card[0]: card[1] for card in page.cards} == report.summary_texts()
    for title, rows in report.tables().items():
        same_groups(
            [page.tables[title][0], *([row[0], *(number_of(c) for c in row[1:])] for row in page.tables[title][1:])],
            rows, title,
        )
    shown = [tuple(row) for row in page.tables["Calls"][1:]]
    wanted = [
        (row[0], f"{row[1]:%Y-%m-%d %H:%M:%S}", *row[2:6], f"{row[6]:,}", f"{row[7]:,}", row[8], f"{row[9]:,}")
        for row in report.list_rows()
    ]
    assert [row[:8] for row in shown] == [row[:8] for row in wanted]
    assert [row[8] for row in shown] == [row[8] for row in wanted]


def number_of(text):
    return text.removesuffix(" %").removesuffix(" s").replace(",", "")


def test_what_a_format_cannot_is_refused(api):
    for output, pointer in (
        ({"format": "ndjson", "content": "all"}, "/output/content"),
        ({"format": "html", "table": "By agent"}, "/output/table"),
        ({"format": "json", "csv": {"delimiter": ";"}}, "/output/csv"),
        ({"format": "json", "paper": "Letter"}, "/output/paper"),
        ({"format": "csv", "csv": {"delimiter": ",", "decimalComma": True}}, "/output/csv/delimiter"),
    ):
        answer = api.post(json=weekly(parameters=PARAMETERS, output=output))
        assert answer.status_code == 400
        assert [d["pointer"] for d in answer.json()["error"]["details"]] == [pointer]
