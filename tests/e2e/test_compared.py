"""A weekly report beside the week before: figures, rows and mail, each reckoned anew from the records."""

import json
import re
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

import independent
import workbook
from maildev import MailDev
from smtpsink import text_of
from stack import TOP, Stack, address, weekly

ZONE = ZoneInfo("Europe/Istanbul")
BEFORE = "4 Jan 2021 – 10 Jan 2021"
RATES = ("Answer rate",)


def definition():
    found = json.loads((TOP / "schemas/reports/call-records.json").read_text())
    found |= {"compare": "previous", "timeZone": "Europe/Istanbul"}
    for table in found["tables"]:
        table["compare"] = True
    measures = {measure["name"]: measure for measure in found["measures"]}
    measures["totalCalls"]["unit"] = {"one": "call", "other": "calls"}
    measures["answerRate"]["thresholds"] = [
        {"level": "bad", "below": 60}, {"level": "warn", "below": 83}, {"level": "good", "from": 83},
    ]
    measures["averageWaitTime"]["thresholds"] = [{"level": "bad", "from": 60}]
    measures["missedCalls"]["thresholds"] = [{"level": "good", "below": 1000}]
    for items in (found["columns"], found["dimensions"]):
        for item in items:
            if item["field"] == "status":
                item["labels"] = {"answered": "Answered", "missed": "Missed call"}
    found["languages"] = {"de": {
        "labels": {"totalCalls": "Anrufe"}, "tables": {"Calls by hour": "Anrufe je Stunde"},
        "units": {"totalCalls": {"one": "Anruf", "other": "Anrufe"}},
        "values": {"status": {"answered": "Beantwortet"}},
    }}
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory, calls_csv):
    with Stack("compared") as stack:
        stack.reports_dir = tmp_path_factory.mktemp("compared")
        (stack.reports_dir / "call-records.json").write_text(json.dumps(definition()))
        stack.import_csv(calls_csv)
        stack.create_topics()
        for service in ("gateway", "executor", "notifier"):
            stack.start(service)
        yield stack


def week(calls, day):
    start = datetime(2021, 1, day, tzinfo=ZONE)
    return independent.Report(calls, start, start + timedelta(days=7), ZONE)


def change(now, before, rate=False):
    """Previous, difference, percent: what the cells beside a value hold, of the numbers as they are shown."""
    if not isinstance(now, (int, float)) or not isinstance(before, (int, float)):
        return before, None, None
    difference = Fraction(str(now)) - Fraction(str(before))
    percent = None if rate or before == 0 else independent.rounded(difference * 100 / abs(Fraction(str(before))), 1)
    return before, float(difference), percent


def same(found, wanted, where):
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        assert found == pytest.approx(wanted, abs=1e-9), where
    else:
        assert found == wanted, where


@pytest.fixture(scope="module")
def both(calls_csv):
    calls = independent.read_calls(calls_csv)
    return week(calls, 11), week(calls, 4)


@pytest.fixture(scope="module")
def done(own):
    recipient = address(own, "compared")
    client = own.api()
    job_id = client.create(weekly([recipient], "Calls beside the week before"))
    client.wait_mailed(job_id)
    return recipient, workbook.read(client.download(job_id).content)


def test_the_summary_has_both_weeks(done, both):
    now, before = both
    sheet = done[1]["Summary"]
    assert len(now.calls) > 50 < len(before.calls), "there must be something to compare"
    assert sheet["B3"].value == f"11 Jan 2021 – 17 Jan 2021 (Europe/Istanbul) · Compared with {BEFORE}"
    assert [cell.value for cell in sheet[6]][1:6] == ["Figure", "Value", "Previous", "Difference", "Change"]
    for row, (label, value) in enumerate(now.summary().items(), 7):
        cells = [cell.value for cell in sheet[row]][1:6]
        previous = before.summary()[label]
        wanted = change(value, previous, label in RATES)
        if label == "Peak hour":
            wanted = [previous, None, None]
        same(cells[1], value, label)
        for found, right, what in zip(cells[2:], wanted, ("previous", "difference", "percent"), strict=True):
            same(None if found == "n/a" else found, right, f"{label}, {what}")


def test_the_list_has_this_week_only(done, both):
    assert done[1]["Calls"].max_row == len(both[0].calls) + 1


@pytest.mark.parametrize("title", ["Calls by hour", "Calls by day", "By agent", "By topic"])
def test_rows_stand_beside_those_of_the_week_before(done, both, title):
    (head, *rows), (_, *earlier) = (report.tables()[title] for report in both)
    place = {row[0]: row[1:] for row in earlier}
    if title == "Calls by day":
        place = {now[0]: old[1:] for now, old in zip(rows, earlier, strict=True)}
    wanted_names = [row[0] for row in rows] + [name for name in place if name not in {row[0] for row in rows}]
    found = {row[0]: row[1:] for row in done[1][title].iter_rows(min_row=2, values_only=True)}
    assert list(found) == wanted_names
    compared = 0
    for name, *values in rows:
        cells = iter(found[name])
        for label, value, previous in zip(head[1:], values, place.get(name, [None] * len(values)), strict=True):
            where = f"{title}, {name}, {label}"
            same(next(cells), value, where)
            if name not in place and "calls" in label.lower():
                previous = 0
            right = change(value, previous, label in RATES)
            same(next(cells), right[0], f"{where}, previous")
            same(next(cells), right[1], f"{where}, difference")
            if label not in RATES:
                same(next(cells), right[2], f"{where}, percent")
            compared += isinstance(right[1], (int, float))
    assert compared > 5


def test_the_mail_says_what_was_before(done, both):
    recipient, _book = done
    now, before = both
    _page, message = MailDev().only(recipient)
    text = text_of(message, "plain")
    html = text_of(message, "html")
    difference = len(now.calls) - len(before.calls)
    percent = change(len(now.calls), len(before.calls))[2]
    line = f"{'▲' if difference > 0 else '▼'} {difference:+,} calls ({percent:+.1f} %)"
    assert f"Compared with {BEFORE}" in text
    assert line in text and line in re.sub("<[^>]*>", "", html)
    assert "vs 4 Jan – 10 Jan<" in html
    assert f"{before.summary_texts()['Peak hour']} before" in text
    assert re.search(rf"Total calls +{len(now.calls):,} calls", text)
    rate = now.summary()["Answer rate"]
    assert 60 <= rate < 83, "the warning is to be seen"
    assert re.search(rf"Answer rate +{rate:.2f} %   ! attention", text) and ">! attention<" in html
    assert ">✗ bad<" in html and ">✓ good<" in html


def level(value):
    return "✗" if value < 60 else "!" if value < 83 else "✓"


def test_levels_and_units_are_in_the_formats_of_numbers(done, both):
    book = done[1]
    head = book["Calls by hour"][1]
    rate = next(cell.column for cell in head if cell.value == "Answer rate")
    for row, (_hour, *_counts, wanted) in enumerate(both[0].tables()["Calls by hour"][1:], 2):
        cell = book["Calls by hour"].cell(row, rate)
        if wanted is None:
            continue  # an empty cell
        sign = level(wanted)
        assert cell.number_format == f'"{sign} "#,##0.00 %'
        assert cell.fill.fill_type == "solid"
    assert book["Calls by hour"].cell(2, 2).number_format == '[=1]#,##0" call";#,##0" calls"'
    assert book["Summary"].cell(7, 3).number_format == '#,##0" calls"'
    assert book["Summary"].cell(7, 5).number_format == '+#,##0" calls";-#,##0" calls";#,##0" calls"'


def test_the_list_shows_labels_and_filters_know_values(own, done, both):
    status = [cell.value for cell in done[1]["Calls"][1]].index("Status") + 1
    shown = {done[1]["Calls"].cell(row, status).value for row in range(2, done[1]["Calls"].max_row + 1)}
    assert shown == {"Answered", "Missed call"}
    client = own.api()
    parameters = {"period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"}, "filters": {"statuses": ["missed"]},
                  "groupBy": ["status"], "measures": ["totalCalls"], "compare": "none"}
    job_id = client.create(weekly(format="csv", parameters=parameters))
    client.wait(job_id)
    missed = sum(not call.answered for call in both[0].calls)
    assert client.download(job_id).content.decode() == f"Status,Total calls\r\nMissed call,{missed}\r\n"


def test_a_request_may_leave_it_out(own):
    client = own.api()
    parameters = {"period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"}, "compare": "none"}
    job_id = client.create(weekly(parameters=parameters))
    assert client.wait(job_id)["status"] == "completed"
    book = workbook.read(client.download(job_id).content)
    assert "Compared" not in book["Summary"]["B3"].value
    assert book["Calls by hour"].max_column == 5


def test_all_records_have_nothing_before_them(own):
    answer = own.api().post(json=weekly(parameters={"compare": "previous"}))
    assert answer.status_code == 400
    assert "/parameters/compare" in answer.text and "needs a period" in answer.text


def test_a_report_in_german(own, both):
    now, before = both
    recipient = address(own, "german")
    parameters = {"period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"}, "language": "de",
                  "filters": {"statuses": ["answered", "missed"]}}
    client = own.api()
    job_id = client.create(weekly([recipient], parameters=parameters))
    client.wait_mailed(job_id)
    book = workbook.read(client.download(job_id).content)
    assert book.sheetnames[:3] == ["Übersicht", "Anrufe je Stunde", "Calls by day"]
    sheet = book["Übersicht"]
    assert sheet["B3"].value == (
        "11. Jan. 2021 – 17. Jan. 2021 (Europe/Istanbul) · Verglichen mit 4. Jan. 2021 – 10. Jan. 2021"
    )
    assert [cell.value for cell in sheet[6]][1:6] == ["Kennzahl", "Wert", "Zuvor", "Differenz", "Änderung"]
    assert [cell.value for cell in sheet[7]][1:4] == ["Anrufe", len(now.calls), len(before.calls)]
    assert sheet["C7"].number_format == '#,##0" Anrufe"'
    status = [cell.value for cell in book["Calls"][1]].index("Status") + 1
    assert {book["Calls"].cell(row, status).value for row in range(2, 100)} == {"Beantwortet", "Missed call"}
    _page, message = MailDev().only(recipient)
    assert message["Subject"].startswith("Weekly calls · Call records: Wochenbericht, 11. Jan. 2021 – 17. Jan. 2021")
    text, html = text_of(message, "plain"), text_of(message, "html")
    rate = f"{now.summary()['Answer rate']:.2f}".replace(".", ",")
    assert re.search(rf"Answer rate +{rate} %   ! Achtung   [▲▼] [+-]\d,\d\d PP", text)
    assert "ggü. 4. Jan. – 10. Jan.<" in html and '<html lang="de">' in html
    assert "Statuses: Beantwortet, Missed call" in text
    assert "Nur ein Teil der Datensätze" in html and f"{len(now.calls)} Datensätze" in html


def test_a_language_without_words_is_refused(own):
    answer = own.api().post(json=weekly(parameters={"language": "it"}))
    assert answer.status_code == 400
    assert "/parameters/language" in answer.text and "en, de, fr, es, tr" in answer.text
