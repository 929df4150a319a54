"""Reports of real jobs beside those that DuckDB computes from the same records: every figure, row and cell of every
format, for random requests, the same on every run. JW_ORACLE_ROWS and JW_ORACLE_REQUESTS make it larger: `make oracle`.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import records  # noqa: E402
from compare import Comparison  # noqa: E402
from oracle import Data, Oracle, Report  # noqa: E402
from readers import READERS  # noqa: E402
from requests_of import grouped, requests  # noqa: E402
from stack import TOP, Stack  # noqa: E402

ROWS = int(os.environ.get("JW_ORACLE_ROWS", "8000"))
REQUESTS = int(os.environ.get("JW_ORACLE_REQUESTS", "36"))
SEED = int(os.environ.get("JW_ORACLE_SEED", "20230326"))
WAIT_S = 60 + ROWS // 2000
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


def check(stack, report_type, parameters, formats):
    oracle, client = oracle_of(stack, report_type), stack.api()
    jobs = {}
    for kind in formats:
        content = {"content": "tables"} if kind != "json" else {} if ROWS <= 20000 else {"content": "tables"}
        body = {"reportType": report_type, "name": "Oracle", "parameters": parameters, "output": {"format": kind} | content}
        jobs[kind] = client.create(body)
    comparison = Comparison(oracle, Report(oracle, parameters))
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


OTHERS = [kind for kind in READERS if kind != "json"]


ASKED = list(requests(REQUESTS, SEED))
GROUPED = list(grouped(REQUESTS, SEED))


@pytest.mark.parametrize("number", range(REQUESTS))
def test_random_requests(own, number):
    formats = list(READERS) if number % 6 == 0 else ["json", OTHERS[number % len(OTHERS)]]
    check(own, "oddities", ASKED[number], formats)


@pytest.mark.parametrize("number", range(REQUESTS))
def test_rows_of_several_dimensions(own, number):
    formats = list(READERS) if number % 6 == 0 else ["json", OTHERS[number % len(OTHERS)]]
    check(own, "crossings", GROUPED[number], formats)


@pytest.mark.parametrize("report_type, number", [(name, i) for name, some in REAL.items() for i in range(len(some))])
def test_report_types(own, report_type, number):
    check(own, report_type, REAL[report_type][number], list(READERS))
