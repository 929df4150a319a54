"""Scheduled jobs by their API, with a scheduler that carries out what is asked for; nobody runs the jobs that it makes."""
import uuid

import pytest

from stack import Stack
from test_schedules import jobs_of, schedules_file
from test_seed_001 import JOBS
from wait import until


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Stack("schedules-api") as stack:
        stack.create_topics()
        stack.start("gateway")
        stack.start("scheduler", JW_SCHEDULES_FILE=schedules_file(tmp_path_factory.mktemp("schedules"), "api"))
        yield stack


@pytest.fixture(scope="module")
def admin(own):
    return own.keyed(own.api_key("admin"))


def shown(api, schedule):
    answer = api.get(f"{JOBS}/{schedule}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["job"]


def rows(api, schedule, query=""):
    answer = api.get(f"{JOBS}/{schedule}/occurrences{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["occurrences"]


def test_a_job_is_shown_with_what_it_did_and_will_do(own, admin):
    until(lambda: len(rows(admin, "interval-api")) >= 3, 20, "three due times")
    job = shown(admin, "interval-api")
    assert job["trigger"] == {"type": "interval", "every": "2s"} and job["misfire"] == "fire_all"
    assert len(job["next_run_times"]) == 10 and job["next_run_times"][0] == job["next_run_time"]
    done = job["occurrences"]
    assert {row["status"] for row in done} <= {"fired", "late", "caught_up"}
    assert [row["due_time"] for row in done] == sorted((row["due_time"] for row in done), reverse=True)
    made = {document["_id"] for document in jobs_of(own, "interval-api")}
    assert {row["job_id"] for row in done} <= made
    older = rows(admin, "interval-api", f"?limit=1&before={done[0]['due_time']}")
    assert older == done[1:2]
    assert shown(admin, "cron-api")["warnings"][0]["code"] == "CRON_SECONDS"


def test_a_run_of_a_paused_job_is_made_once_for_its_key(own, admin):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = admin.post(f"{JOBS}/off-api/run", headers=key)
    assert first.status_code == 202
    run = first.json()["data"]["job_id"]
    until(lambda: rows(admin, "off-api"), 10, "a scheduler made it")
    again = admin.post(f"{JOBS}/off-api/run", headers=key)
    assert again.json()["data"] == {"job_id": run} and again.headers["Idempotent-Replayed"] == "true"
    assert [document["_id"] for document in jobs_of(own, "off-api")] == [run]
    assert [row["job_id"] for row in rows(admin, "off-api")] == [run]
    assert shown(admin, "off-api")["paused"] is True


def test_a_preview_is_what_comes(admin):
    rule = {"trigger": {"type": "cron", "cron": "30 2 * * *"}, "time_zone": "Europe/Berlin"}
    data = admin.post(f"{JOBS}/preview", json=rule).json()["data"]
    assert len(data["next_run_times"]) == 10
    assert {"DST_MOVED", "DST_FIRST"} <= {warning["code"] for warning in data["warnings"]}
    wrong = admin.post(f"{JOBS}/preview", json={"trigger": {"type": "cron", "cron": "0 0 30 2 *"}})
    assert wrong.status_code == 400 and wrong.json()["detail"]["errors"][0]["pointer"] == "/trigger/cron"
    changed = admin.post(f"{JOBS}/off-api/preview", json={"trigger": {"every": "1h"}}).json()["data"]["next_run_times"]
    assert len(changed) == 10 and all(time.endswith(":00:00Z") for time in changed)
