"""Reports of real jobs beside those that DuckDB computes from the same records: every figure, row and cell of every
format, for random requests, the same on every run. JW_ORACLE_ROWS and JW_ORACLE_REQUESTS make it larger: `make oracle`.
"""

import json
import os
import shutil
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import independent  # noqa: E402
import records  # noqa: E402
from compare import Comparison  # noqa: E402
from oracle import Data, Oracle, Report  # noqa: E402
from readers import READERS  # noqa: E402
from requests_of import FILTERS, grouped, requests, zones  # noqa: E402
from stack import TOP, Stack  # noqa: E402

ROWS = int(os.environ.get("JW_ORACLE_ROWS", "8000"))
REQUESTS = int(os.environ.get("JW_ORACLE_REQUESTS", "16"))
SEED = int(os.environ.get("JW_ORACLE_SEED", "20230326"))
LARGE = ROWS > 20000
WAIT_S = 60 + ROWS // 500  # the local stand-in for MongoDB reads a few thousand records a second on a busy machine
REAL = {
    "call-records": (
        {"dateRange": {"startDate": "2021-01-11", "endDate": "2021-01-17"}, "timeZone": "Europe/Istanbul"},
        {"period": {"type": "monthly", "at": "2021-03-05T00:00:00Z"}, "filters": {"agents": {"not": ["Diane", "Joe"]}}},
        {"groupBy": ["weekday"], "filters": {"waitSeconds": {"from": "30", "to": "60"}}},
        {"groupBy": ["topic"], "measures": ["answerRate", "averageSatisfaction", "peakHour"], "compare": "previous",
         "period": {"type": "weekly", "at": "2021-02-10T00:00:00Z"}},
    ),
    "learning-activity": (
        {}, {"includeInactive": True, "groupBy": ["course"], "compare": "previous",
             "period": {"type": "weekly", "at": "2024-04-15T00:00:00Z"}},
        {"groupBy": ["status"], "filters": {"eventTypes": ["completed"]}},
        {"groupBy": ["hour"], "timeZone": "America/St_Johns"},
        {"groupBy": ["learner"], "measures": ["averageScore", "bestScore"]},
    ),
}
LISTED = {"json": "all", "csv": "all", "xlsx": "all", "lines": "list"}  # with the list of records, of a small collection
NINE = [
    "totalCalls", "answeredCalls", "missedCalls", "abandonedCalls", "answerRate", "averageCallDuration", "averageWaitTime",
    "peakHour", "peakHourCalls",
]
compared = {"figures": 0, "files": 0}


@pytest.fixture(scope="module")
def own(tmp_path_factory, calls_csv):
    with Stack("oracle") as stack:
        stack.reports_dir = tmp_path_factory.mktemp("oracle") / "reports"
        shutil.copytree(TOP / "schemas/reports", stack.reports_dir)
        (stack.reports_dir / "oddities.json").write_text(json.dumps(records.DEFINITION))
        (stack.reports_dir / "crossings.json").write_text(json.dumps(records.CROSS))
        made, people = list(records.records(ROWS, SEED)), list(records.people())
        definitions = (records.DEFINITION, records.CROSS)
        data = Data(definitions, made)
        stack.oracles = {one["reportType"]: Oracle(one, data, {"people": people}) for one in definitions}
        for first in range(0, len(made), 10000):
            stack.db.oddities.insert_many(made[first : first + 10000])
        stack.db.people.insert_many(people)
        stack.import_csv(calls_csv)
        stack.jobctl("demo-data", "--report", "learning-activity", "--rows", "6000", "--weeks", "4", "--until", "2024-04-15")
        stack.create_topics()
        for service in ("gateway", "executor"):
            stack.start(service)
        yield stack
    print(f"\noracle: {compared['figures']:,} figures in {compared['files']:,} files compared, on {ROWS:,} records")


@pytest.fixture(scope="session")
def calls_csv():
    return TOP / "tests/data/call-records-2021.csv"


def oracle_of(stack, report_type):
    if report_type not in stack.oracles:
        definition = json.loads((TOP / f"schemas/reports/{report_type}.json").read_text())
        aware = stack.db.get_collection(
            definition["collection"], codec_options=stack.db.codec_options.with_options(tz_aware=True)
        )
        stack.oracles[report_type] = Oracle(definition, Data([definition], aware.find()))
    return stack.oracles[report_type]


def check(stack, report_type, parameters, formats, lists=False):
    """lists: the lists of records are compared as well."""
    oracle, client = oracle_of(stack, report_type), stack.api()
    jobs = {}
    for kind in [kind for kind in formats if kind != "lines" or lists]:
        output = {"format": "ndjson" if kind == "lines" else kind, "content": LISTED.get(kind, "tables") if lists else "tables"}
        jobs[kind] = client.create(
            {"reportType": report_type, "name": "Oracle", "parameters": parameters, "output": output}
        )
    comparison, estimated = Comparison(oracle, Report(oracle, parameters)), set()
    for kind, job_id in jobs.items():
        client.wait(job_id, seconds=WAIT_S)
        file = READERS[kind](client.download(job_id).content)
        if kind == "json":
            estimated = file.estimated
        file.estimated = estimated
        comparison.file(kind, file, kind)
        compared["files"] += 1
    compared["figures"] += comparison.count
    assert comparison.count > 0
    assert not comparison.wrong, (
        f"{len(comparison.wrong)} of {comparison.count} differ for {json.dumps(parameters, ensure_ascii=False)}:\n"
        + "\n".join(comparison.wrong[:20])
    )


OTHERS = [kind for kind in READERS if kind not in ("json", "lines")]

def formats_of(number):
    """All formats now and then, else two: each is a job that reads all records again."""
    return list(READERS) if number % (100 if LARGE else 6) == 0 else ["json", OTHERS[number % len(OTHERS)]]


ASKED = list(requests(REQUESTS, SEED))
GROUPED = list(grouped(REQUESTS, SEED))
ZONES = list(zones())


def test_sixteen_requests_ask_for_everything():
    """The first of them has all measures and dimensions."""
    made = list(requests(16, SEED)) + list(grouped(16, SEED))
    asked = [one for request in made for one in request.get("filters", {}).items()]
    assert [one for one in FILTERS if not all(item in asked for item in one.items())] == []
    assert made[0] == {} and records.DEFINITION["summary"] == records.NAMES
    for member in ("groupBy", "pivot", "top", "sort", "totals", "compare", "period", "dateRange"):
        assert sum(member in request for request in made) > 3, member


@pytest.mark.parametrize("number", range(REQUESTS))
def test_random_requests(own, number):
    formats = formats_of(number)
    check(own, "oddities", ASKED[number], formats)


@pytest.mark.parametrize("number", range(len(ZONES)))
def test_buckets_in_zones(own, number):
    check(own, "oddities", ZONES[number], [OTHERS[number % len(OTHERS)]])


@pytest.mark.parametrize("number", range(REQUESTS))
def test_rows_of_several_dimensions(own, number):
    formats = formats_of(number)
    check(own, "crossings", GROUPED[number], formats, lists=number % 6 == 0 and not LARGE)


@pytest.mark.parametrize("report_type, number", [(name, i) for name, some in REAL.items() for i in range(len(some))])
def test_report_types(own, report_type, number):
    check(own, report_type, REAL[report_type][number], list(READERS), lists=number < 2)


def cdr_periods(edition):
    """First day and the day behind the last: of each week, of each month of 2021, or in a small run those beside the changes
    of the clock (14 March in New York, 28 March in Berlin), the first and one without calls."""
    if edition == "Weekly":
        starts = [date(2021, 1, 4) + timedelta(days=7 * n) for n in range(52)]
        some = (starts[0], date(2021, 3, 8), date(2021, 3, 22), date(2021, 3, 29), date(2021, 11, 1))
        return [(day, day + timedelta(days=7)) for day in starts if LARGE or day in some]
    starts = [date(2021, month, 1) for month in range(1, 13)]
    return [(day, (day + timedelta(days=31)).replace(day=1)) for day in starts if LARGE or day.month in (1, 3, 4)]


@pytest.mark.parametrize("zone", ("Europe/Berlin", "America/New_York"))
@pytest.mark.parametrize("edition", ("Weekly", "Monthly"))
def test_nine_figures_of_the_cdr_report(own, calls_csv, edition, zone):
    calls, local, client, jobs = independent.read_calls(calls_csv), ZoneInfo(zone), own.api(), {}
    for start, end in cdr_periods(edition):
        at = datetime.combine(end, time(2), local).isoformat()
        parameters = {"edition": edition, "period": {"type": edition.lower(), "at": at}, "timeZone": zone}
        output = {"format": "json", "content": "tables"}
        jobs[start, end] = client.create({"reportType": "cdr", "name": "CDR", "parameters": parameters, "output": output})
    for (start, end), job_id in jobs.items():
        job = client.wait(job_id, seconds=WAIT_S)
        report = independent.Report(
            calls, datetime.combine(start, time(0), local), datetime.combine(end, time(0), local), local
        )
        wanted = {label: value or 0 for label, value in report.summary().items()}
        found = {figure["label"]: figure["value"] for figure in job["result"]["summary"]["figures"]}
        assert found == wanted, f"{edition} {start} in {zone}"
        assert [figure["name"] for figure in job["result"]["summary"]["figures"]] == NINE
        last = end - timedelta(days=1)
        assert job["result"]["fileName"] == f"CDR_{edition}_Report_{start}_{last}.json"
        compared["files"] += 1
        compared["figures"] += len(found)
