"""A report as PDF, through the API: the figures of the workbook of the same job, every kind of chart in both, and what a
PDF does not take."""

import io
import json
import re
import shutil
import subprocess
import zipfile

import pytest

import workbook
from maildev import MailDev
from smtpsink import text_of
from stack import TOP, Stack, address, weekly
from wait import until

CHARTS = (
    {"chart": "stacked", "chartMeasures": ["answeredCalls", "missedCalls"]},
    {"chart": "line", "chartMeasures": ["totalCalls", "answeredCalls", "missedCalls"]},
    {"chart": "bar", "chartMeasure": "totalCalls"},
    {"chart": "pie", "chartMeasure": "totalCalls"},
)
KINDS = ('<c:grouping val="stacked"/>', "<c:lineChart>", '<c:barDir val="bar"/>', "<c:pieChart>")
ASKED = {
    "period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"},
    "filters": {"eventTypes": ["Streaming", "Payment related"]},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory, calls_csv):
    """The definition of call records, with a chart of another kind in each table."""
    folder = tmp_path_factory.mktemp("pdf")
    with Stack("pdf") as stack:
        stack.reports_dir = folder / "reports"
        shutil.copytree(TOP / "schemas/reports", stack.reports_dir)
        definition = json.loads((stack.reports_dir / "call-records.json").read_text())
        for table, chart in zip(definition["tables"], CHARTS, strict=True):
            table.pop("chartMeasure", None)
            table.update(chart)
        (stack.reports_dir / "call-records.json").write_text(json.dumps(definition))
        stack.import_csv(calls_csv)
        stack.start_all()
        yield stack


@pytest.fixture(scope="module")
def files(own, tmp_path_factory):
    """The same report in both formats: bytes, and the text of the PDF with one space between words."""
    api, made = own.api(), {}
    for format in ("xlsx", "pdf"):
        body = weekly([address(own, format)], "Weekly calls", format)
        body["parameters"] = ASKED
        job_id = api.create(body)
        made[format + " job"] = api.wait_mailed(job_id)
        made[format] = api.download(job_id)
    path = tmp_path_factory.mktemp("files") / "report.pdf"
    path.write_bytes(made["pdf"].content)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    made["lines"] = [" ".join(line.split()) for line in text.replace("\f", "\n").split("\n")]
    return made


def shown(cell):
    """A cell of the workbook as it shows it: "1,234", "82.91 %", "245.5 s"."""
    if cell.value is None:
        return "–"
    if isinstance(cell.value, str):
        return cell.value
    if cell.number_format.startswith("00"):
        return f"{cell.value:02.0f}:00"
    number, unit = re.fullmatch(r'(#,##0(?:\.0+)?)(?:"(.*)"| %)?', cell.number_format).groups()
    unit = " %" if workbook.is_percent(cell) else unit
    return f"{cell.value:,.{len(number.partition('.')[2])}f}{unit or ''}"


def test_the_figures_are_those_of_the_workbook(files):
    book, lines = workbook.read(files["xlsx"].content), files["lines"]
    text = "\n".join(lines)
    for row in book["Summary"].iter_rows(min_row=7, max_row=15, min_col=2, max_col=3):
        assert row[0].value in text and shown(row[1]) in text, row[0].value
    for sheet in ("Calls by hour", "Calls by day", "By agent", "By topic"):
        for row in book[sheet].iter_rows(min_row=2):
            assert " ".join(shown(cell) for cell in row[: book[sheet].max_column] if cell.column <= 8) in lines, sheet
    calls = [row[0] for row in book["Calls"].iter_rows(min_row=2, values_only=True)]
    assert len(calls) > 100
    assert [line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in set(calls)] == calls


def test_the_pages_say_what_they_are(files):
    lines = files["lines"]
    pages = sum(1 for line in lines if re.search(r"Page \d+ of \d+$", line))
    assert pages > 4
    for number in range(1, pages + 1):
        assert sum(1 for line in lines if line.endswith(f"Page {number} of {pages}")) == 1
    assert "11 Jan 2021 – 17 Jan 2021 · UTC" in "\n".join(lines)
    assert "Event types: Streaming, Payment related" in lines
    assert "Requested by Ada Test" in lines
    assert files["pdf"].headers["Content-Type"] == "application/pdf"
    assert files["pdf"].content.startswith(b"%PDF-1.") and b"/Lang (en)" in files["pdf"].content
    assert files["pdf job"]["result"]["fileName"].endswith(".pdf")
    assert files["pdf job"]["result"]["records"] == files["xlsx job"]["result"]["records"]


def test_every_kind_of_chart_is_in_both(files):
    with zipfile.ZipFile(io.BytesIO(files["xlsx"].content)) as book:
        charts = "".join(book.read(name).decode() for name in book.namelist() if "/charts/chart" in name)
    for kind in KINDS:
        assert kind in charts, kind
    text = "\n".join(files["lines"])
    assert "Answered calls Missed calls" in text, "the legend of the series"
    assert re.search(r"^Streaming .*%$", text, re.M), "a slice with its share"


def test_letter_paper(own, tmp_path):
    """Every page of a PDF, and every sheet of a workbook."""
    api = own.api()
    made = {format: api.create(weekly([], "Letter", format) | {"output": {"format": format, "paper": "Letter"}})
            for format in ("pdf", "xlsx")}
    for job_id in made.values():
        api.wait(job_id)
    (tmp_path / "letter.pdf").write_bytes(api.download(made["pdf"]).content)
    pages = subprocess.run(["pdfinfo", "-f", "1", "-l", "999", tmp_path / "letter.pdf"], check=True,
                           capture_output=True, text=True).stdout
    sizes = set(re.findall(r"size: +(\S+ x \S+) pts", pages))
    assert sizes and sizes <= {"612 x 792", "792 x 612"}
    with zipfile.ZipFile(io.BytesIO(api.download(made["xlsx"]).content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) > 4 and all(re.search(r'<pageSetup[^>]* paperSize="1"|<pageSetup paperSize="1"', s) for s in sheets)


def test_a_list_that_is_too_long_is_refused(own):
    """20,000 records are the most; the job says what to do, and so does the mail to who asked for it."""
    records = own.db["call_records"]
    first = records.find_one({"startedAt": {"$ne": None}})
    records.insert_many({**first, "_id": f"many-{n}", "agent": "Many"} for n in range(20001))
    try:
        who = address(own, "many")
        api = own.api(own.token(email=who))
        body = weekly([], "Too many", "pdf")
        body["parameters"] = {"filters": {"agents": ["Many"]}}
        job_id = api.create(body)
        until(lambda: api.job(job_id)["status"] == "failed", 60, "the job has failed")
        error = api.job(job_id)["error"]
        assert error["code"] == "TOO_MANY_RECORDS"
        assert "more than 20,000 records" in error["message"] and "xlsx or csv" in error["message"]
        _page, mail = MailDev().only(who)
        text = text_of(mail, "plain")
        assert "Its list has more records than a file of that format may list." in text
        assert "Ask for a workbook or a CSV file" in text and 'the tables alone (output.content "tables")' in text
        body["output"]["content"] = "tables"
        api.wait(api.create(body))
    finally:
        records.delete_many({"agent": "Many"})
