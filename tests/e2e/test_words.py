"""A report in each language, in each format, and the mails about it: no English word of our tables is in them. The
definition's own words and the records' are of no language, so that all English there is would be ours."""

import html.parser
import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from maildev import MailDev
from smtpsink import text_of
from stack import TOP, Stack, address
from wait import until

TEXTS = TOP / "libs/report/src/text"
LANGUAGES = ("de", "fr", "es", "tr")
FORMATS = {
    "xlsx": {},
    "pdf": {"content": "tables"},
    "html": {},
    "csv": {"content": "all"},
    "json": {},
    "ndjson": {"content": "tables"},
}
EMPTY = ("xlsx", "pdf", "html")
LONG = ("html", "json")  # of all records: enough for estimates, and for a list that is not whole
# Words of a schema, for programs.
MACHINE = {"name", "format", "level", "levels", "role", "kinds", "type", "reportType", "language", "field", "_kind",
           "timeZone", "requestedBy"}
START = datetime(2026, 1, 5, tzinfo=UTC)
DEFINITION = {
    "reportType": "xq",
    "title": "Xqxq",
    "filePrefix": "Xq",
    "collection": "xq",
    "dateField": "tt",
    "compare": "previous",
    "inactive": {"field": "zz", "value": "9"},
    "filters": [
        {"name": "kk", "label": "Kkk", "field": "kk",
         "operators": ["in", "not", "range", "contains", "absent"]},
        {"name": "nn", "label": "Nnn", "field": "nn", "operators": ["in", "not", "range", "contains", "absent"]},
        {"name": "mm", "label": "Mmm", "field": "mm", "operators": ["in", "not", "range", "contains", "absent"]},
    ],
    "dimensions": [
        {"name": "kk", "label": "Kkk", "field": "kk"},
        {"name": "gg", "label": "Ggg", "field": "gg", "lookup": {"collection": "xqq", "key": "_id", "label": "ll"}},
        {"name": "ww", "label": "Www", "field": "tt", "part": "weekday"},
        {"name": "jj", "label": "Jjj", "field": "jj"},
    ],
    "measures": [
        {"name": "aa", "label": "Aaa", "op": "count",
         "thresholds": [{"level": "bad", "below": 5}, {"level": "warn", "below": 200}, {"level": "good", "from": 200}]},
        {"name": "dd", "label": "Ddd", "op": "distinct", "field": "dd"},
        {"name": "mm", "label": "Mmm", "op": "median", "field": "dd"},
        {"name": "ff", "label": "Fff", "op": "formula", "formula": "aa / dd", "decimals": 2},
        {"name": "vv", "label": "Vvv", "op": "avg", "field": "vv"},
        {"name": "qq", "label": "Qqq", "op": "share", "of": "aa", "format": "percent"},
        {"name": "ss", "label": "Sss", "op": "sum", "field": "dd"},
        {"name": "tt", "label": "Ttt", "op": "peak", "dimension": "ww", "of": "aa", "format": "text"},
        {"name": "bb", "label": "Bbb", "op": "count", "where": [{"field": "kk", "equals": ["k1"]}],
         "thresholds": [{"level": "warn", "below": 200}]},
        {"name": "cc", "label": "Ccc", "op": "count", "where": [{"field": "kk", "equals": ["zz9"]}],
         "thresholds": [{"level": "bad", "below": 1}]},
    ],
    "summary": ["aa", "dd", "mm", "ff", "vv", "ss", "tt", "bb", "cc"],
    "tables": [
        {"title": "Tx1", "dimension": "kk", "measures": ["aa", "qq", "ss"], "top": {"n": 40, "by": "aa"}, "chart": "pie",
         "chartMeasure": "aa", "totals": True, "compare": True},
        {"title": "Tx2", "dimensions": ["ww", "kk"], "measures": ["aa", "dd"], "maxRows": 20, "totals": True},
        {"title": "Tx3", "dimensions": ["ww", "kk"], "pivot": "kk", "measures": ["aa"], "totals": True},
        {"title": "Tx4", "dimension": "gg", "measures": ["aa", "dd"], "chart": "bar", "chartMeasure": "aa"},
        {"title": "Tx5", "dimension": "jj", "measures": ["vv"], "chart": "column", "chartMeasure": "vv"},
    ],
    "columns": [
        {"field": "kk", "label": "Kkk", "format": "text", "width": 10},
        {"field": "tt", "label": "Ttt", "format": "datetime", "width": 20},
        {"field": "jj", "label": "Jjj", "format": "bool", "width": 10},
        {"field": "dd", "label": "Ddd", "format": "integer", "width": 10},
    ],
    "mailChartTable": "Tx1",
    "maxGroups": 100,
}


def rows_of(file, row):
    """The texts of a table of words in C: {name: [English, German, …]}."""
    text = (TEXTS / file).read_text()
    return {
        found[1]: [
            json.loads('"' + "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', cell)) + '"')
            for cell in re.split(r'(?<="),', found[2])
        ]
        for found in re.finditer(rf"\[({row}\w+)\] = \{{(.*?)\}},\n    (?=\[|\}})|", text, re.S)
        if found[1]
    }


def words():
    """Every text of ours: {name: [English, German, French, Spanish, Turkish]}."""
    table = rows_of("words.c", "JW_WORD_") | rows_of("failure_words.c", "JW_(?:FAILURE|ADVICE)_")
    assert len(table) > 100 and all(len(texts) == 5 for texts in table.values()), table
    days = re.findall(r'\{ ((?:"\w+", ){6}"\w+") \}', (TEXTS / "language.c").read_text())
    assert len(days) == 5
    columns = [re.findall(r'"(\w+)"', names) for names in days]
    return table | {f"day {n}": [column[n] for column in columns] for n in range(7)}


def pieces(text):
    """What of a text stands there as it is, around what is put into it."""
    text = text.replace('"none"', "")  # a value of the API
    return [piece for piece in (part.strip(" ,:.()“”%") for part in re.split(r"\{[12]\}", text)) if len(piece) > 1]


def english_of(table, language):
    """The pieces of English that are not also this language's."""
    own = [piece for texts in table.values() for piece in pieces(texts[1 + LANGUAGES.index(language)])]
    own = "\n".join(own)
    return {
        piece
        for texts in table.values()
        for piece in pieces(texts[0])
        if not re.search(rf"\b{re.escape(piece)}\b", own)
    }


def assert_foreign(texts, english, where):
    text = "\n".join(texts).replace('"none"', "")
    assert text.strip(), where
    found = sorted(piece for piece in english if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text))
    assert not found, f"{where}: {found} in:\n{text[:6000]}"


class Texts(html.parser.HTMLParser):
    """What a reader of a page sees, or hears."""

    def __init__(self, page):
        super().__init__()
        self.found, self.mute = [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.mute = tag in ("style", "script")
        self.found += [value for name, value in attributes if name in ("alt", "title", "aria-label")]

    def handle_data(self, data):
        self.found += [] if self.mute else [data]


def strings(value):
    if isinstance(value, dict):
        return [text for name, item in value.items() if name not in MACHINE for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def texts_of(format, data, folder):
    """All that can be read in a file."""
    if format == "pdf":
        path = folder / "file.pdf"
        path.write_bytes(data)
        return [subprocess.run(command, check=True, capture_output=True, text=True).stdout
                for command in (["pdftotext", path, "-"], )]
    if format == "html":
        return Texts(data.decode()).found
    if format == "json":
        return strings(json.loads(data))
    if format == "ndjson":
        return [text for line in data.decode().splitlines() for text in strings(json.loads(line))]
    files = zipfile.ZipFile(io.BytesIO(data))
    if format == "csv":
        return files.namelist() + [files.read(name).decode("utf-8-sig") for name in files.namelist()]
    found = []
    for name in files.namelist():
        if name.endswith(".xml") and "theme" not in name and name != "docProps/app.xml":
            tree = ElementTree.fromstring(files.read(name))
            found += [text for text in tree.itertext() if not re.fullmatch(r"[-\d.]*", text)]
            found += [item.get("name") for item in tree.iter() if item.tag.endswith("}sheet")]
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    with Stack("words", env={"executor": {"JW_REPORTS_DIR": str(folder / "executor")}}) as stack:
        stack.reports_dir = folder / "reports"
        shutil.copytree(TOP / "schemas/reports", stack.reports_dir)
        (stack.reports_dir / "xq.json").write_text(json.dumps(DEFINITION))
        shutil.copytree(stack.reports_dir, folder / "executor")
        # Executors do not know it, so a report of it fails.
        (stack.reports_dir / "xz.json").write_text(
            json.dumps(DEFINITION | {"reportType": "xz", "language": "de"}))
        # More different values than are kept, more groups than go across, some without a group, some inactive.
        stack.db["xq"].insert_many(
            {"_id": f"{n:05}", "kk": f"k{n % 70}" if n % 70 else None, "gg": f"g{n % 90}", "tt": START + timedelta(minutes=n),
             "jj": n % 2 == 0, "dd": n, "nn": n, "zz": 9 if n == 4 else 1} for n in range(-200, 10080)
        )
        stack.db["xqq"].insert_one({"_id": "zz", "ll": "zz"})
        stack.start_all()
        yield stack


def ask(language, format, empty=False, **delivery):
    at = "2031-01-14T06:00:00Z" if empty else "2026-01-14T06:00:00Z"
    filters = {"kk": {"not": ["zz9"]}, "nn": {"from": "-1000"}, "mm": {"absent": True}}
    if format not in LONG:
        filters["nn"]["to"] = "2500"
    if empty:
        filters = {"kk": {"contains": "k"}, "nn": {"to": "5"},
                   "mm": {"from": "1", "to": "2", "absent": False}}
    return {
        "reportType": "xq",
        "name": "Xqxq",
        "parameters": {"period": {"type": "weekly", "at": at}, "language": language, "includeInactive": True,
                       "filters": filters},
        "output": {"format": format} | ({} if empty else FORMATS[format]),
        "delivery": delivery,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_format_and_its_mail(own, language, tmp_path):
    english = english_of(words(), language)
    assert {"Summary", "other", "none", "Monday", "Why"} <= english
    api = own.api()
    jobs = {(format, empty): (address(own, format), format) for format in FORMATS for empty in (False, True)
            if not empty or format in EMPTY}
    made = {key: api.create(ask(language, format, key[1], recipients=[recipient]))
            for key, (recipient, format) in jobs.items()}
    for (format, empty), job_id in made.items():
        where = f"{language} {format}{' empty' if empty else ''}"
        job = api.wait_mailed(job_id, 120)
        assert_foreign([job["result"]["fileName"]], {"Weekly_Report", "part"}, where)
        data = api.download(job_id).content
        assert_foreign(texts_of(format, data, tmp_path), english, where)
        _, mail = MailDev().only(jobs[format, empty][0])
        page = Texts(text_of(mail, "html")).found
        assert_foreign([mail["Subject"], text_of(mail, "plain"), *page], english, where + " mail")


def test_the_notes_are_there(own, tmp_path):
    """Without them, the test above would look for nothing."""
    api, table = own.api(), words()
    job_id = api.create(ask("de", "json"))
    api.wait(job_id)
    notes = api.download(job_id).json()["notes"]
    assert len(set(notes)) == len(notes)
    notes = "\n".join(notes)
    for name in ("COMPUTED", "DISTINCT", "QUANTILE", "FOLDED", "ACROSS", "NO_NAMES"):
        german = max(pieces(table["JW_WORD_NOTE_" + name][1]), key=len)
        assert german in notes, f"{name}: {notes}"


def test_a_failure_is_told_in_the_language_of_the_definition(own):
    english = english_of(words(), "de")
    who = address(own, "owner")
    api = own.api(own.token(email=who))
    body = ask("de", "pdf") | {"reportType": "xz"}
    body["parameters"].pop("language")
    job_id = api.create(body)
    assert api.job(job_id)["parameters"]["language"] == "de"
    until(lambda: api.job(job_id)["status"] == "failed", 60, "the job has failed")
    _, mail = MailDev().only(who)
    assert mail["Subject"].startswith("Fehlgeschlagen: Xqxq: Wochenbericht, 5. Jan. 2026 – 11. Jan. 2026")
    assert "etwa sein Berichtstyp" in text_of(mail, "plain")
    page = Texts(text_of(mail, "html")).found
    assert_foreign([mail["Subject"], text_of(mail, "plain"), *page], english, "the mail on a failure")
