"""conftest.py: fixtures of the end-to-end tests.

`stack` is one Jobwire for all tests that hurt nobody; tests that kill, stop or misconfigure make a Stack of their own.
"""
import pytest

from smtpsink import SmtpSink
from stack import TOP, Stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for open_stack in Stack.current:
            report.sections.append((f"logs of the stack {open_stack.name}", open_stack.report()))
    return report


@pytest.fixture(scope="session")
def calls_csv():
    """5,000 real call records of a call centre, January to March 2021."""
    return TOP / "tests/data/call-records-2021.csv"


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
