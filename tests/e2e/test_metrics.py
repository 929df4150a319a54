"""The metrics of each service: all of them from the start, and counted once it has done something of everything."""

import re

import exposition
import pytest

from stack import SERVICES, TOP, Stack, weekly

GOOD = """\
# HELP a_total Things.
# TYPE a_total counter
a_total{kind="x \\"y\\""} 3
# HELP b_seconds Times.
# TYPE b_seconds histogram
b_seconds_bucket{le="0.5"} 1
b_seconds_bucket{le="+Inf"} 2
b_seconds_sum 0.7
b_seconds_count 2
# HELP c A level.
# TYPE c gauge
c -1
"""
# What each service must have counted by the end of the test.
EXPECTED = {
    "gateway": {
        "jobwire_http_requests_total", "jobwire_http_request_seconds", "jobwire_jobs_created_total",
        "jobwire_jobs_cancelled_total", "jobwire_downloads_total", "jobwire_outbox_backlog",
    },
    "scheduler": {"jobwire_reaped_total", "jobwire_http_connections"},
    "executor": {"jobwire_claims_total", "jobwire_attempts_total", "jobwire_attempt_seconds", "jobwire_bus_consumed_total"},
    "notifier": {
        "jobwire_delivery_changes_total", "jobwire_smtp_seconds", "jobwire_smtp_connections_opened_total",
        "jobwire_bus_consumed_total",
    },
}


@pytest.mark.parametrize(
    "old, new",
    [
        ("# HELP a_total Things.\n", ""),
        ("# TYPE a_total counter\n", ""),
        ("a_total", "a"),
        ("gauge", "counter"),
        ("b_seconds", "b_ms"),
        ("b_seconds", "b"),
        ('le="0.5"} 1', 'le="0.5"} 3'),
        ('le="+Inf"} 2', 'le="+Inf"} 3'),
        ('b_seconds_bucket{le="+Inf"} 2\n', ""),
        ("b_seconds_sum 0.7\n", ""),
        ("c -1\n", "c -1\nc -1\n"),
        ("c -1\n", "c -1"),
        ("c -1\n", "c one\n"),
        ("c -1\n", "c -1\nd 1\n"),
        ("A level.", " "),
        ('a_total{kind="x', 'a_total{kind=x'),
    ],
)
def test_the_reader_is_strict(old, new):
    exposition.read(GOOD)
    assert old in GOOD
    with pytest.raises((AssertionError, ValueError, KeyError)):
        exposition.read(GOOD.replace(old, new))


def own_metrics(service):
    """The names in the service's table."""
    (table,) = (TOP / "services" / service / "src").rglob("metrics.c")
    return set(re.findall(r'"(jobwire_\w+)"', table.read_text()))


def test_all_metrics_exist_from_the_start():
    with Stack("metrics") as fresh:
        fresh.start_all()
        for service in SERVICES:
            (process,) = fresh.running(service)
            names = own_metrics(service)
            assert names and names <= set(exposition.read(process.get("/metrics").text)), service


def test_metrics_of_every_service(stack, api):
    job_id = api.create(weekly(["metrics@example.com"], format="csv"))
    api.wait_mailed(job_id)
    assert api.get(f"/{job_id}/download").status_code == 200
    later = api.create(weekly() | {"scheduledFor": "2099-01-01T00:00:00Z"})
    assert api.post(f"/{later}/cancel", json={}).status_code == 200
    counted = {}
    for process in stack.running():
        answer = process.get("/metrics")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        counted.setdefault(process.service, set()).update(exposition.read(answer.text))
    for service, expected in EXPECTED.items():
        assert expected | {"process_resident_memory_bytes", "jobwire_check_ok"} <= counted[service], service
