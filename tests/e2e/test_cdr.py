"""The CDR report: its workbook cell by cell, its editions, its file's name, and records of a telephone system."""

import csv
import io
from datetime import datetime, timedelta, timezone

import pytest

import independent
import workbook
from stack import TOP, Stack

NINE = (
    "totalCalls", "answeredCalls", "missedCalls", "abandonedCalls", "answerRate", "averageCallDuration", "averageWaitTime",
    "peakHour", "peakHourCalls",
)
COLUMNS = ("Call", "Started at", "Agent", "Department", "Status", "Wait (s)", "Talk (s)")


def cdr(parameters, form="xlsx", **more):
    return {"reportType": "cdr", "name": "CDR", "parameters": parameters, "output": {"format": form}} | more


def figures(job):
    return {figure["name"]: figure["value"] for figure in job["result"]["summary"]["figures"]}


def test_the_workbook_of_a_week(api, calls_csv):
    job_id = api.create(cdr({"edition": "Weekly", "period": {"type": "weekly", "at": "2021-01-18T02:00:00Z"}}))
    job = api.wait(job_id)
    assert job["edition"] == "Weekly" and job["result"]["fileName"] == "CDR_Weekly_Report_2021-01-11_2021-01-17.xlsx"
    assert not job.get("warnings")
    utc = timezone.utc
    report = independent.Report(
        independent.read_calls(calls_csv), datetime(2021, 1, 11, tzinfo=utc), datetime(2021, 1, 18, tzinfo=utc)
    )
    assert len(report.calls) > 300 and tuple(figures(job)) == NINE
    assert list(figures(job).values()) == list(report.summary().values())
    book = workbook.read(api.download(job_id).content)
    assert book.sheetnames == ["Summary", "Calls by hour", "Calls by day", "Calls"]
    shown = {book["Summary"].cell(7 + n, 2).value: book["Summary"].cell(7 + n, 3).value for n in range(9)}
    assert shown == report.summary()
    for name, groups in (("Calls by hour", report.by_hour()), ("Calls by day", report.by_day())):
        rows = [row[:7] for row in book[name].iter_rows(values_only=True) if row[0] is not None]
        assert len(book[name]._charts) == 1
        assert len(rows) == 1 + len(groups)
        for row, (group, calls) in zip(rows[1:], groups.items(), strict=True):
            answered = [call for call in calls if call.answered]
            wait = independent.rounded(independent.mean(call.wait for call in answered), 1)
            rate = independent.rounded(independent.rate(len(answered), len(calls)), 2)
            assert (str(row[0])[:10], *row[1:5]) == (group, len(calls), len(answered), len(calls) - len(answered), 0)
            assert row[5:] == (rate, wait), f"{name}, {group}"
    found = [row[:7] for row in book["Calls"].iter_rows(values_only=True)]
    assert found[0] == COLUMNS
    assert [row[0] for row in found[1:]] == [call.id for call in report.calls]
    assert [row[2:] for row in found[1:]] == [
        (call.agent, call.department, call.status, call.wait if call.answered else found[n][5], found[n][6])
        for n, call in enumerate(report.calls, 1)
    ]


def test_an_edition_brings_the_period_before_today(api):
    today = datetime.now(timezone.utc).date()
    week = today - timedelta(days=today.weekday() + 7)
    month_end = today.replace(day=1) - timedelta(days=1)
    for edition, start, end in (
        ("Weekly", week, week + timedelta(days=6)), ("Monthly", month_end.replace(day=1), month_end),
    ):
        job = api.wait(api.create(cdr({"edition": edition}, "csv")))
        assert job["result"]["fileName"] == f"CDR_{edition}_Report_{start}_{end}.csv"
        assert job["period"]["start"] == f"{start}T00:00:00Z"
        assert job["period"]["end"] == f"{end + timedelta(days=1)}T00:00:00Z"
        assert job["parameters"]["edition"] == edition
        listed = api.get(params={"reportType": "cdr", "edition": edition, "limit": 1}).json()["data"]
        assert [(one["id"], one["edition"]) for one in listed] == [(job["id"], edition)]


def test_a_period_without_calls_has_zeros(api):
    parameters = {"edition": "Monthly", "dateRange": {"startDate": "2019-05-01", "endDate": "2019-05-31"}}
    job = api.wait(api.create(cdr(parameters)))
    assert job["result"]["fileName"] == "CDR_Monthly_Report_2019-05-01_2019-05-31.xlsx"
    assert figures(job) == dict.fromkeys(NINE, 0)
    book = workbook.read(api.download(job["id"]).content)
    assert [book["Summary"].cell(7 + n, 3).value for n in range(9)] == [0] * 9


@pytest.mark.parametrize(
    "parameters, said",
    (
        ({"edition": "Daily"}, "cdr has no edition 'Daily'; it has Weekly, Monthly"),
        ({"edition": "weekly"}, "cdr has no edition 'weekly'; it has Weekly, Monthly"),
    ),
)
def test_an_unknown_edition_is_refused_by_name(api, parameters, said):
    answer = api.post(json=cdr(parameters))
    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == [{"pointer": "/parameters/edition", "message": said}]
    answer = api.post(json=cdr({"edition": "Weekly"}) | {"reportType": "call-records"})
    assert answer.json()["error"]["details"][0]["pointer"] == "/parameters/edition"


def test_the_job_its_events_and_its_schedule_have_the_edition(stack, api):
    job_id = api.create(cdr({"edition": "Weekly"}, "csv"))
    api.wait(job_id)
    assert stack.db.jobs.find_one({"_id": job_id})["edition"] == "Weekly"
    assert "subtype_1_edition_1_createdAt_-1__id_-1" in stack.db.jobs.index_information()
    wanted = {"type": "report", "subtype": "cdr", "edition": {"$in": ["Weekly", "Monthly"]}}
    newest = stack.db.jobs.find(wanted).sort([("createdAt", -1), ("_id", -1)]).limit(1)
    assert newest.next()["edition"] in ("Weekly", "Monthly")


def test_records_of_a_telephone_system():
    """Its own mapping; calls that were given up are told from those that nobody took."""
    with Stack("cdr") as own:
        own.import_csv(TOP / "tests/data/cdr.csv", TOP / "schemas/mappings/cdr.json")
        own.create_topics()
        for service in ("gateway", "executor"):
            own.start(service)
        api = own.api()
        parameters = {
            "edition": "Weekly", "timeZone": "Europe/Berlin", "period": {"type": "weekly", "at": "2021-01-11T02:00:00+01:00"}
        }
        job = api.wait(api.create(cdr(parameters, "csv")))
        assert figures(job) == {
            "totalCalls": 7, "answeredCalls": 4, "missedCalls": 2, "abandonedCalls": 1, "answerRate": 57.14,
            "averageCallDuration": 168.0, "averageWaitTime": 18.3, "peakHour": 10, "peakHourCalls": 2,
        }
        assert not job.get("warnings")
        assert job["result"]["fileName"] == "CDR_Weekly_Report_2021-01-04_2021-01-10.csv"
        rows = list(csv.reader(io.StringIO(api.download(job["id"]).text)))
        assert rows[2] == ["1609754500.2", "2021-01-04T10:01:40+01:00", "", "support", "abandoned", "95", "0"]
