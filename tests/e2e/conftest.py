"""conftest.py: fixtures of the end-to-end tests.

`stack` is one Jobwire for all tests that hurt nobody; tests that kill, stop or misconfigure make a Stack of their own.
"""

import csv
import subprocess
from datetime import datetime, timedelta

import pytest

from independent import MONTHS
from smtpsink import SmtpSink
from stack import Stack, clean_env, program


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for open_stack in Stack.current:
            report.sections.append((f"logs of the stack {open_stack.name}", open_stack.report()))
    return report


@pytest.fixture(scope="session")
def calls_csv(tmp_path_factory):
    """5,000 call records of `jobctl demo-data`, always the same, in the form of schemas/mappings/call-records.json."""
    folder = tmp_path_factory.mktemp("data")
    plain, path = folder / "plain.csv", folder / "call-records.csv"
    wanted = ["--seed", "2021", "--rows", "5000", "--until", "2021-04-01", "--weeks", "13"]
    subprocess.run([program("jobctl"), "demo-data", "--csv", plain, *wanted], env=clean_env(), check=True, timeout=60)
    with open(plain, newline="", encoding="utf-8") as source, open(path, "w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(
            ("Call Id", "Agent", "Date", "Month", "Time", "Topic", "Answered (Y/N)", "Resolved",
             "Speed of answer in seconds", "AvgTalkDuration", "Satisfaction rating")
        )
        for row in csv.DictReader(source):
            started = datetime.fromisoformat(row["startedAt"])
            month = MONTHS[started.month - 1]
            writer.writerow(
                (row["callId"], row["agent"], f"{started.day}-{month}-{started:%y}", month, f"{started:%H:%M}", row["topic"],
                 "Y" if row["status"] == "answered" else "N", "Y" if row["resolved"] == "true" else "N",
                 row["waitSeconds"] or 0, timedelta(seconds=int(row["talkSeconds"] or 0)), row["satisfaction"] or 0)
            )
    return path


@pytest.fixture(scope="module")
def mails():
    """A mail server for the stacks of one file."""
    server = SmtpSink()
    yield server
    server.close()


@pytest.fixture(scope="session")
def stack(calls_csv):
    """Two executors, as in life; mails go to the mail server of the run."""
    with Stack("session") as whole:
        whole.import_csv(calls_csv)
        whole.start_all()
        whole.start("executor")
        yield whole


@pytest.fixture(scope="session")
def api(stack):
    return stack.api()
