"""groupBy and measures of a request have their effect, whoever asks; values of all types are filtered; and what no
record has is said."""

import csv
import io
import json
import shutil
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from bson import Decimal128, Int64, ObjectId

import independent
import workbook
from maildev import MailDev
from smtpsink import text_of
from stack import TOP, Stack, address, command, event_headers, weekly
from wait import until

WEEK = {"dateRange": {"startDate": "2021-01-11", "endDate": "2021-01-17"}}
ASKED = WEEK | {"groupBy": ["agent"], "measures": ["peakHour", "totalCalls", "answerRate"]}
ROOM = ObjectId("65a1b2c3d4e5f60718293a4b")
DEFINITION = {
    "reportType": "stays",
    "title": "Stays",
    "filePrefix": "Stays",
    "collection": "stays",
    "dateField": "at",
    "inactive": {"field": "active", "value": "false"},
    "filters": [{"name": name, "field": name} for name in ("nights", "price", "fee", "since", "room", "active", "wrad")],
    "measures": [
        {"name": "stays", "label": "Stays", "op": "count"},
        {"name": "three", "label": "Three nights", "op": "count", "where": [{"field": "nights", "equals": ["3"]}]},
    ],
    "summary": ["stays", "three"],
    "columns": [{"field": "_id", "label": "Stay"}, {"field": "nights", "label": "Nights", "format": "integer"}],
}
AMOUNTS = DEFINITION | {
    "reportType": "amounts",
    "collection": "amounts",
    "filters": [{"name": "count", "field": "count"}],
    "measures": [
        {"name": "sum", "label": "Sum", "op": "sum", "field": "price", "format": "decimal", "decimals": 2},
        {"name": "most", "label": "Most", "op": "max", "field": "big", "format": "decimal", "decimals": 2},
        {"name": "total", "label": "Total", "op": "sum", "field": "count"},
        {"name": "same", "label": "Same", "op": "count", "where": [{"field": "count", "equals": ["9007199254740993"]}]},
    ],
    "summary": ["sum", "most", "total", "same"],
    "columns": [
        {"field": "price", "label": "Price", "format": "decimal", "decimals": 2},
        {"field": "big", "label": "Big", "format": "decimal", "decimals": 2},
        {"field": "count", "label": "Count", "format": "integer"},
        {"field": "half", "label": "Half", "format": "decimal", "decimals": 2},
    ],
}
AMOUNT = {
    "price": Decimal128("9999999999999.99"), "big": -9214364837599909888.0, "half": Decimal128("9999999999999.995"),
}
STAYS = (
    {"_id": "a", "nights": 3, "price": 10.5, "fee": Decimal128("1.10"), "active": True, "room": ROOM},
    {"_id": "b", "nights": Int64(3), "price": Decimal128("10.50"), "fee": 1.1, "active": True, "room": str(ROOM)},
    {"_id": "c", "nights": 3.0, "price": 10, "fee": Decimal128("2"), "active": True},
    {"_id": "d", "nights": "3", "price": "10.5", "fee": "1.1"},
    {"_id": "e", "nights": 4, "price": 11, "fee": 2, "active": True},
    {"_id": "f", "nights": 3, "price": 10.5, "fee": 1.1, "active": False, "room": ROOM},
    {"_id": "g", "nights": 30, "price": 1.05, "fee": 11, "active": "false"},
)


def calendar():
    """Call records with further parts of their time, and tables of two dimensions."""
    definition = json.loads((TOP / "schemas/reports/call-records.json").read_text())
    for name, more in {
        "week": {"part": "week"}, "weekFromSunday": {"part": "week", "weekStart": "sunday"},
        "quarter": {"part": "quarter"}, "year": {"part": "year"},
    }.items():
        definition["dimensions"].append({"name": name, "label": name, "field": "startedAt"} | more)
    both = {"dimensions": ["agent", "status"], "measures": list(MEASURES), "totals": True}
    definition["tables"] += [
        {"title": "Agents and status"} | both,
        {"title": "Status across", "pivot": "status", "chart": "stacked", "chartMeasure": "totalCalls"} | both,
    ]
    return definition | {"reportType": "calendar"}


@pytest.fixture(scope="module")
def own(tmp_path_factory, calls_csv):
    folder = tmp_path_factory.mktemp("grouped")
    every_second = {"type": "cron", "cron": "* * * * * *"}
    schedule = {"id": "grouped", "trigger": every_second, "job": asked("xlsx")}
    with Stack("grouped") as stack:
        stack.reports_dir = folder / "reports"
        shutil.copytree(TOP / "schemas/reports", stack.reports_dir)
        (stack.reports_dir / "calendar.json").write_text(json.dumps(calendar()))
        (stack.reports_dir / "stays.json").write_text(json.dumps(DEFINITION))
        (stack.reports_dir / "open.json").write_text(
            json.dumps(DEFINITION | {"reportType": "open", "openToAllDepartments": True})
        )
        (folder / "schedules.json").write_text(json.dumps({"schedules": [schedule]}))
        (stack.reports_dir / "amounts.json").write_text(json.dumps(AMOUNTS))
        stack.import_csv(calls_csv)
        at = datetime(2024, 3, 5, 8, tzinfo=timezone.utc)
        stack.db.stays.insert_many([stay | {"at": at, "since": at if stay["_id"] < "c" else None} for stay in STAYS])
        counts = (Decimal128("9007199254740993"), Int64(9007199254740993), 0)
        stack.db.amounts.insert_many([AMOUNT | {"at": at, "count": count} for count in counts])
        stack.create_topics()
        for service in ("gateway", "executor", "notifier"):
            stack.start(service)
        stack.start("scheduler", JW_SCHEDULES_FILE=str(folder / "schedules.json"))
        until(lambda: stack.db.jobs.find_one({"source": "schedule:grouped"}), 20, "the schedule has fired")
        stack.stop_service("scheduler")
        yield stack


def asked(format, recipients=()):
    return weekly(recipients, "By agent", format, parameters=ASKED)


@pytest.fixture(scope="module")
def report(calls_csv):
    return independent.Report(
        independent.read_calls(calls_csv),
        datetime(2021, 1, 11, tzinfo=timezone.utc), datetime(2021, 1, 18, tzinfo=timezone.utc),
    )


def by_agent(report):
    """Agent, calls and answer rate out of the independent table."""
    return [(row[0], row[1], row[3]) for row in report.tables()["By agent"]]


def total(report):
    """The last row of that table."""
    return ("Total", len(report.calls), report.summary()["Answer rate"])


def by_api(own):
    return own.api().create(asked("xlsx"))


def by_kafka(own):
    body = command(asked("xlsx"))
    own.publish("job.commands.normal", json.dumps(body), key="k", headers=event_headers("job.submit", "grouper"))
    return until(lambda: own.db.jobs.find_one({"source": "kafka"}), 20, "the command is a job")["_id"]


def by_schedule(own):
    return own.db.jobs.find_one({"source": "schedule:grouped"})["_id"]


@pytest.mark.parametrize("way", [by_api, by_kafka, by_schedule])
def test_the_workbook_has_what_was_asked_for(own, report, way):
    job_id = way(own)
    job = until(
        lambda: own.db.jobs.find_one({"_id": job_id, "state": {"$in": ["completed", "failed"]}}), 30, "the job ended"
    )
    assert job["state"] == "completed", job.get("errorMessage")
    client = own.api(roles=["admin"])
    book = workbook.read(client.download(job_id).content)
    assert book.sheetnames == ["Summary", "By agent", "Calls"]
    wanted = report.summary()
    summary = {row[1]: row[2] for row in book["Summary"].iter_rows(min_row=7, max_row=9, values_only=True)}
    assert summary == {label: wanted[label] for label in ("Peak hour", "Total calls", "Answer rate")}
    rows = [row[:3] for row in book["By agent"].iter_rows(values_only=True)]
    assert rows == [*by_agent(report), total(report)]
    assert [cell.font.b for cell in book["By agent"]["A"][-2:]] == [False, True]
    assert len(book["By agent"]._charts) == len(book["Summary"]._charts) == 1
    assert book["Calls"].max_row == len(report.calls) + 1


def test_the_csv_has_a_line_a_group(own, report):
    client = own.api()
    job_id = client.create(asked("csv"))
    job = client.wait(job_id)
    rows = list(csv.reader(io.StringIO(client.download(job_id).text, newline="")))
    assert rows[0] == ["Agent", "Total calls", "Answer rate"]
    assert [(r[0], int(r[1]), float(r[2])) for r in rows[1:]] == by_agent(report)[1:]
    table = job["result"]["summary"]["table"]
    assert [column["name"] for column in table["columns"]] == ["agent", "totalCalls", "answerRate"]
    assert [tuple(row) for row in table["rows"]] == by_agent(report)[1:] and table["groups"] == len(rows) - 1
    assert tuple(table["total"]) == total(report) and table["keys"] == 1
    assert job["result"]["records"] == len(report.calls) and "warnings" not in job


def test_the_mail_has_the_figures_that_were_asked_for(own, report):
    client, recipient = own.api(), address(own, "grouped")
    client.wait_mailed(client.create(asked("xlsx", [recipient])))
    _, message = MailDev().only(recipient)
    plain, texts = text_of(message, "plain"), report.summary_texts()
    for label, text in texts.items():
        shown = label in ("Peak hour", "Total calls", "Answer rate")
        assert any(line.split() == f"{label} {text}".split() for line in plain.splitlines()) == shown, label
    assert any(part.get_content_maintype() == "image" for part in message.walk())


def test_measures_alone_choose_figures_and_columns(own, report):
    client = own.api()
    body = weekly(parameters=WEEK | {"measures": ["missedCalls"]})
    job_id = client.create(body)
    figures = client.wait(job_id)["result"]["summary"]["figures"]
    assert [(f["name"], f["value"]) for f in figures] == [("missedCalls", report.summary()["Missed calls"])]
    book = workbook.read(client.download(job_id).content)
    assert book.sheetnames == ["Summary", "Calls by hour", "Calls by day", "By agent", "By topic", "Calls"]
    assert [cell.value for cell in book["By topic"][1]][:2] == ["Topic", "Missed calls"]
    assert book["By topic"].max_column == 2


@pytest.mark.parametrize(
    "parameters, pointer, part",
    [
        ({"groupBy": ["agent", "hour", "day", "topic", "status"]}, "/parameters/groupBy", "at most 4"),
        ({"groupBy": ["agent", "hour"], "pivot": "topic"}, "/parameters/pivot", "not among the dimensions"),
        ({"groupBy": ["agent"], "pivot": "agent"}, "/parameters/pivot", "no dimension is left"),
        ({"groupBy": ["agent"], "top": {"n": 3, "by": "peakHour"}}, "/parameters/top/by", "no value inside a group"),
        ({"groupBy": ["agent"], "sort": {"by": "hour"}}, "/parameters/sort/by", "neither a dimension"),
        ({"totals": False}, "/parameters/totals", "no effect without groupBy"),
        ({"groupBy": ["agent"], "measures": ["peakHour"]}, "/parameters/measures", "no value inside a group"),
    ],
)
def test_what_has_no_effect_is_refused(own, parameters, pointer, part):
    answer = own.api().post(json=weekly(parameters=parameters))
    assert answer.status_code == 400
    assert [(d["pointer"], part in d["message"]) for d in answer.json()["error"]["details"]] == [(pointer, True)]


MEASURES = {"totalCalls": "Total calls", "answerRate": "Answer rate", "averageCallDuration": "Average call duration"}


def made(own, format, report_type="call-records", **parameters):
    """The job and its file."""
    client = own.api()
    body = weekly((), "x", format, parameters=WEEK | {"measures": list(MEASURES)} | parameters)
    job = client.wait(client.create(body | {"reportType": report_type}))
    return job, client.download(job["id"])


def csv_rows(file, n_keys):
    """Header, and the rows with their numbers as numbers."""
    rows = list(csv.reader(io.StringIO(file.text, newline="")))
    return rows[0], [(*r[:n_keys], *(float(cell) if cell else None for cell in r[n_keys:])) for r in rows[1:]]


def test_several_dimensions_have_sub_totals(own, report):
    dimensions, measures = ["agent", "weekday", "status"], list(MEASURES.values())
    job, file = made(own, "xlsx", groupBy=dimensions)
    wanted = report.grouped(dimensions, measures)
    sheet = workbook.read(file.content).worksheets[1]
    rows = list(sheet.iter_rows(values_only=True))
    assert sheet.title == "By Agent, Weekday, Status" and rows[0] == ("Agent", "Weekday", "Status", *measures)
    assert rows[1:] == wanted
    table = job["result"]["summary"]["table"]
    assert table["keys"] == 3 and tuple(table["total"]) == wanted[-1]

    header, lines = csv_rows(made(own, "csv", groupBy=dimensions)[1], 3)
    assert header == ["Agent", "Weekday", "Status", *measures]
    assert lines == report.grouped(dimensions, measures, totals=False), "no line of a file is a total"
    assert sum(line[3] for line in lines) == len(report.calls)


def test_one_dimension_goes_across(own, report):
    measures = list(MEASURES.values())
    job, file = made(own, "xlsx", groupBy=["weekday", "agent"], pivot="weekday")
    sheet = workbook.read(file.content).worksheets[1]
    rows = list(sheet.iter_rows(values_only=True))
    heads = [f"{head}: {measure}" for head in (*independent.WEEKDAYS, "Total") for measure in measures]
    width = 1 + len(heads)
    assert rows[0][1:width] == tuple(
        head if i == 0 else None for head in (*independent.WEEKDAYS, "Total") for i in range(len(measures))
    ), "a head stands above its columns"
    assert rows[1][:width] == ("Agent", *measures * (len(independent.WEEKDAYS) + 1))
    assert [row[:width] for row in rows[2:]] == report.pivoted("agent", "weekday", independent.WEEKDAYS, measures)
    columns = job["result"]["summary"]["table"]["columns"]
    assert [c.get("head") for c in columns] == [None, *(head.split(":")[0] for head in heads)]


def test_the_highest_are_kept_and_the_others_are_one(own, report):
    parameters = {"groupBy": ["agent"], "top": {"n": 3, "by": "averageCallDuration"}}
    _, lines = csv_rows(made(own, "csv", **parameters)[1], 1)
    measures = list(MEASURES.values())
    mean = {agent: independent.mean(c.talk for c in calls if c.answered) for agent, calls in report.by("agent").items()}
    best = sorted(mean, key=mean.get, reverse=True)[:3]
    others = [c for c in report.calls if c.agent not in best]
    wanted = [(agent, *report._row(report.by("agent")[agent], measures)) for agent in best]
    assert lines == [*wanted, ("(other)", *report._row(others, measures))]


def test_rows_are_sorted_as_asked(own, report):
    _, lines = csv_rows(
        made(own, "csv", groupBy=["agent", "topic"], totals=False, sort={"by": "answerRate", "descending": True})[1], 2
    )
    rows = report.grouped(["agent", "topic"], list(MEASURES.values()), totals=False)
    assert sorted(lines) == sorted(rows) and len(lines) > 20
    assert [line[3] for line in lines] == sorted((line[3] for line in lines), reverse=True)


@pytest.mark.parametrize("part", ["week", "weekFromSunday", "quarter", "year"])
def test_calendar_groups_are_those_of_the_zone(own, calls_csv, part):
    zone = ZoneInfo("America/New_York")
    whole = independent.Report(
        independent.read_calls(calls_csv), datetime(2021, 1, 1, tzinfo=zone), datetime(2021, 4, 1, tzinfo=zone), zone
    )
    _, file = made(
        own, "csv", "calendar", groupBy=[part], timeZone="America/New_York",
        dateRange={"startDate": "2021-01-01", "endDate": "2021-03-31"},
    )
    _, lines = csv_rows(file, 1)
    seen = [line for line in lines if line[1] > 0]
    assert seen == whole.grouped([part], list(MEASURES.values()), totals=False)
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    assert len(lines) == {"week": 14, "weekFromSunday": 14, "quarter": 1, "year": 1}[part]


def test_a_table_of_a_definition_says_the_same(own, report):
    job, file = made(own, "xlsx", "calendar")
    book = workbook.read(file.content)
    measures = list(MEASURES.values())
    rows = list(book["Agents and status"].iter_rows(values_only=True))
    assert rows[1:] == report.grouped(["agent", "status"], measures)
    wide = list(book["Status across"].iter_rows(values_only=True))
    assert [row[:10] for row in wide[2:]] == report.pivoted("agent", "status", ("answered", "missed"), measures)
    assert len(book["Status across"]._charts) == 1


@pytest.mark.parametrize(
    "filters, more, stays",
    [
        ({}, {}, "abcde"),
        ({}, {"includeInactive": True}, "abcdefg"),
        ({"nights": ["3"]}, {}, "abcd"),
        ({"nights": ["3", "30"]}, {"includeInactive": True}, "abcdfg"),
        ({"nights": ["3.0"]}, {}, "abc"),
        ({"price": ["10.5"]}, {}, "abd"),
        ({"price": ["10.50"]}, {}, "ab"),
        ({"fee": ["1.1"]}, {}, "abd"),
        ({"fee": ["2"]}, {}, "ce"),
        ({"active": ["true"]}, {}, "abce"),
        ({"active": ["false"]}, {"includeInactive": True}, "fg"),
        ({"since": ["2024-03-05T09:00:00+01:00"]}, {}, "ab"),
        ({"room": [str(ROOM)]}, {}, "ab"),
    ],
)
def test_texts_are_compared_with_values_of_all_types(own, filters, more, stays):
    client = own.api()
    body = {"reportType": "stays", "name": "x", "parameters": {"filters": filters} | more, "output": {"format": "csv"}}
    job = client.wait(client.create(body))
    rows = list(csv.reader(io.StringIO(client.download(job["id"]).text, newline="")))[1:]
    assert "".join(sorted(row[0] for row in rows)) == stays
    three = next(f["value"] for f in job["result"]["summary"]["figures"] if f["name"] == "three")
    assert three == len(set(stays) & set("abcdf")), "a condition of a measure means the same"
    assert "warnings" not in job


def test_no_digit_is_lost_and_none_is_added(own):
    client = own.api()

    def made(format, filters):
        body = {
            "reportType": "amounts", "name": "x", "parameters": {"filters": filters}, "output": {"format": format},
        }
        job = client.wait(client.create(body))
        figures = {f["name"]: (f["value"], f["text"]) for f in job["result"]["summary"]["figures"]}
        return figures, client.download(job["id"])

    figures, file = made("csv", {})
    assert figures == {
        "sum": (29999999999999.97, "29,999,999,999,999.97"),
        "most": (-9214364837599909888, "-9,214,364,837,599,909,888.00"),
        "total": (18014398509481986, "18,014,398,509,481,986"),
        "same": (2, "2"),
    }
    rows = list(csv.reader(io.StringIO(file.text, newline="")))[1:]
    row = ["9999999999999.99", "-9214364837599909888", "9007199254740993", "10000000000000"]
    assert sorted(rows) == sorted([row, row, row[:2] + ["0"] + row[3:]])
    figures, file = made("xlsx", {"count": ["9007199254740993"]})
    assert figures["same"] == (2, "2") and figures["sum"] == (19999999999999.98, "19,999,999,999,999.98")
    book = workbook.read(file.content)
    cells = [[cell.value for cell in line] for line in book.worksheets[-1].iter_rows(min_row=2)]
    assert cells == [[9999999999999.99, "-9214364837599909888", "9007199254740993", 10000000000000]] * 2
    shown = [cell.value for line in book.worksheets[0].iter_rows() for cell in line]
    assert 19999999999999.98 in shown and "-9214364837599909888" in shown and "18014398509481986" in shown


def test_a_field_that_no_record_has_is_said(own):
    client = own.api()
    body = {
        "reportType": "stays", "name": "x", "parameters": {"filters": {"wrad": ["3"]}}, "output": {"format": "csv"},
    }
    job = client.wait(client.create(body))
    assert job["result"]["records"] == 0
    assert [warning["code"] for warning in job["warnings"]] == ["FIELD_NOT_FOUND"]
    said = "none of the 7 records looked at in 'stays' has the field 'wrad' (filter 'wrad')"
    assert said in job["warnings"][0]["message"]

    def completed(seen):
        values = [json.loads(message.value()) for message in seen]
        return [v for v in values if v["jobId"] == job["id"] and v["state"] == "completed"]

    assert completed(own.consume("job.events", completed))[0]["warnings"] == job["warnings"]


def test_what_nothing_limits_is_not_for_who_is_limited(own):
    limited = own.api(departments=["support"])
    body = {"reportType": "stays", "name": "x", "parameters": {}, "output": {"format": "csv"}}
    answer = limited.post(json=body)
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "DEPARTMENT_FORBIDDEN"
    assert "stays cannot be limited to departments" in answer.json()["error"]["details"][0]["message"]
    assert limited.wait(limited.create(body | {"reportType": "open"}))["result"]["records"] == 5
