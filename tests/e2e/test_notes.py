"""What readers must know of a report stands in every file that has a place for it, in the job's document and in the mail:
the same sentences in the same order, in each language."""

import html.parser
import io
import json
import re
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

import workbook
from maildev import MailDev
from smtpsink import text_of
from stack import Stack, address

VISITS = 10_200
AT = datetime(2026, 1, 5, tzinfo=UTC)
PERIOD = {"startDate": "2026-01-05", "endDate": "2026-01-11"}
LOOKUP = {"collection": "wards_nowhere", "key": "_id", "label": "name"}
DEFINITION = {
    "reportType": "visits",
    "title": "Visits",
    "filePrefix": "Visits",
    "collection": "visits",
    "dateField": "at",
    "maxGroups": 60,
    "dimensions": [
        {"name": "doctor", "label": "Doctor", "field": "doctor"},
        {"name": "ward", "label": "Ward", "field": "ward", "lookup": LOOKUP},
        {"name": "room", "label": "Room", "field": "room"},
    ],
    "measures": [
        {"name": "visits", "label": "Visits", "op": "count"},
        {"name": "patients", "label": "Patients", "op": "distinct", "field": "patient"},
        {"name": "median", "label": "Median stay", "op": "median", "field": "stay", "decimals": 1},
    ],
    "columns": [{"field": "at", "label": "At", "format": "datetime"}, {"field": "doctor", "label": "Doctor"}],
    "summary": ["visits", "patients", "median"],
    "tables": [
        {"title": "By doctor", "dimension": "doctor", "measures": ["visits"]},
        {"title": "By ward and room", "dimensions": ["ward", "room"], "measures": ["visits"], "maxRows": 5},
        {"title": "Doctors across", "dimensions": ["ward", "doctor"], "pivot": "doctor", "measures": ["visits"]},
    ],
}
FOLDED = "By ward and room: the most frequent combinations have rows of their own; all others are counted under (other)."
ACROSS = "Doctors across (Doctor): the 50 most frequent groups have columns of their own; all others are counted under (other)."
NOTES = {
    "en": [
        "Patients: marked with ≈ where there are too many different values to keep each of them; the standard error is 0.81 %.",
        "Median stay: marked with ≈ where there are too many values to keep each of them; its place among them is right to about "
        "0.3 %.",
        "Doctor: only the 60 most frequent values have groups of their own; all others are counted under (other).",
        FOLDED,
        ACROSS,
        "Ward: “wards_nowhere” has no name for any of the values shown.",
    ],
    "de": [
        "Patients: mit ≈ markiert, wo es zu viele verschiedene Werte gibt, um jeden zu behalten; der Standardfehler beträgt "
        "0,81 %.",
        "Median stay: mit ≈ markiert, wo es zu viele Werte gibt, um jeden zu behalten; sein Platz unter ihnen stimmt auf etwa "
        "0,3 %.",
        "Doctor: Nur die 60 häufigsten Werte haben eigene Gruppen; alle übrigen sind unter (andere) gezählt.",
        "By ward and room: Die häufigsten Kombinationen haben eigene Zeilen; alle übrigen sind unter (andere) gezählt.",
        "Doctors across (Doctor): Die 50 häufigsten Gruppen haben eigene Spalten; alle übrigen sind unter (andere) gezählt.",
        "Ward: „wards_nowhere“ hat für keinen der gezeigten Werte einen Namen.",
    ],
}


def visits():
    for n in range(VISITS):
        yield {
            "_id": n, "at": AT + timedelta(minutes=n % 10_000), "doctor": f"d{n % 80:02}", "ward": f"w{n % 3}",
            "room": f"r{n % 7}", "patient": f"p{n}", "stay": n % 977,
        }


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Stack("notes") as stack:
        stack.reports_dir = tmp_path_factory.mktemp("notes")
        (stack.reports_dir / "visits.json").write_text(json.dumps(DEFINITION))
        stack.db.visits.insert_many(list(visits()))
        stack.create_topics()
        for service in ("gateway", "executor", "notifier"):
            stack.start(service)
        yield stack


class Items(html.parser.HTMLParser):
    """The items of the list of notes of a page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.notes, self.inside = [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "ul" and dict(attributes).get("class") == "notes":
            self.inside = True
        elif tag == "li" and self.inside:
            self.notes.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "ul"

    def handle_data(self, data):
        if self.inside and self.notes:
            self.notes[-1] += data.rstrip("\n")


def words(text):
    return " ".join(text.split())


def notes_of(format, content, wanted, path):
    """The notes of a file; of a page of text or a sheet those of @wanted that are there, in their order."""
    if format == "json":
        return json.loads(content)["notes"]
    if format == "html":
        return Items(content.decode()).notes
    if format == "csv":
        with zipfile.ZipFile(io.BytesIO(content)) as files:
            name = next(name for name in files.namelist() if name in ("notes.txt", "Hinweise.txt"))
            return files.read(name).decode("utf-8-sig").split("\r\n")[:-1]
    if format == "xlsx":
        book = workbook.read(content)
        cells = [row[1] for row in book[book.sheetnames[0]].iter_rows(values_only=True) if row[1]]
        first = cells.index(wanted[0]) if wanted[0] in cells else len(cells)
        return cells[first : first + len(wanted)]
    (path / "x.pdf").write_bytes(content)
    text = subprocess.run(["pdftotext", path / "x.pdf", "-"], check=True, capture_output=True, text=True).stdout
    places = [(words(text).find(words(note)), note) for note in wanted]
    return [note for place, note in sorted(places) if place >= 0]


@pytest.mark.parametrize(
    "format, language",
    [("json", "en"), ("html", "en"), ("csv", "en"), ("xlsx", "en"), ("pdf", "en"), ("ndjson", "en"), ("csv", "de"),
     ("pdf", "de")],
)
def test_all_notes_are_everywhere(own, tmp_path, format, language):
    client, recipient, wanted = own.api(), address(own, f"{format}-{language}"), NOTES[language]
    output = {"format": format} | ({"content": "all"} if format == "csv" else {})
    body = {
        "reportType": "visits", "name": "Notes", "parameters": {"dateRange": PERIOD, "language": language}, "output": output,
        "delivery": {"recipients": [recipient]},
    }
    job = client.wait_mailed(client.create(body))
    assert job["result"]["summary"]["notes"] == wanted
    if format != "ndjson":  # a line a record, and no other
        assert notes_of(format, client.download(job["id"]).content, wanted, tmp_path) == wanted
    _, mail = MailDev().only(recipient)
    for kind in ("plain", "html"):
        text = words(re.sub(r"<[^>]*>", " ", html.unescape(text_of(mail, kind))))
        places = [text.find(words(note)) for note in wanted]
        assert places == sorted(places) and min(places) > 0, (kind, text)
