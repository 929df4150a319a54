"""Scheduled jobs by their API, with a scheduler that carries out what is asked for; nobody runs the jobs that it makes."""
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from stack import Stack, weekly
from test_schedules import jobs_of, schedules_file, utc
from test_seed_001 import JOBS
from wait import until

JOB = {"kind": "report"} | weekly(format="csv", parameters={"period": {"type": "weekly"}})


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
    wanted = {row["job_id"] for row in done}
    until(lambda: wanted <= {document["_id"] for document in jobs_of(own, "interval-api")}, 10, "each has its job")
    older = rows(admin, "interval-api", f"?limit=1&before={done[0]['due_time']}")
    assert older == done[1:2]
    assert shown(admin, "cron-api")["warnings"][0]["code"] == "CRON_SECONDS"


def test_a_run_of_a_paused_job_is_made_once_for_its_key(own, admin):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = admin.post(f"{JOBS}/off-api/run", headers=key)
    assert first.status_code == 202
    run = first.json()["data"]["job_id"]
    until(lambda: jobs_of(own, "off-api"), 10, "a scheduler made it")
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


def test_what_is_created_fires_pauses_resumes_changes_and_ends(own, admin):
    body = {"trigger": {"type": "interval", "every": "1s"}, "job": JOB}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    made = admin.post(JOBS, json=body, headers=key)
    assert made.status_code == 201
    name = made.json()["data"]["job"]["id"]
    assert made.headers["Location"].endswith(f"{JOBS}/{name}")
    assert admin.post(JOBS, json=body, headers=key).headers["Idempotent-Replayed"] == "true"
    assert admin.post(JOBS, json=body | {"overlap": "skip"}, headers=key).status_code == 422
    assert admin.post(JOBS, json=body | {"id": name}).json()["detail"]["code"] == "JOB_EXISTS"
    until(lambda: len(rows(admin, name)) >= 2, 20, "it fires")

    paused = admin.request("PATCH", f"{JOBS}/{name}", json={"paused": True, "note": "moving"})
    assert paused.json()["data"]["job"]["note"] == "moving"
    until(lambda: own.db.occurrences.find_one({"scheduleId": name, "kind": "paused"}), 10, "the ledger has it")
    finished = {"_id": name, "pendingFires": [], "$or": [{"past": {"$exists": False}}, {"past": []}]}
    until(lambda: own.db.schedules.find_one(finished), 10, "what was decided is done")
    before = rows(admin, name)
    until(lambda: len(rows(admin, "interval-api", "?limit=500")) >= len(before) + 3, 30, "others go on")
    assert rows(admin, name) == before

    assert admin.request("PATCH", f"{JOBS}/{name}", json={"paused": False}).json()["data"]["job"]["note"] is None
    until(lambda: len(rows(admin, name, "?limit=500")) > len(before), 20, "it fires again")
    body["trigger"] = {"type": "cron", "cron": "@yearly"}
    changed = admin.request("PUT", f"{JOBS}/{name}", json=body)
    assert changed.status_code == 200 and changed.json()["data"]["job"]["trigger_details"] == "0 0 1 1 *"
    assert admin.request("DELETE", f"{JOBS}/{name}").status_code == 200
    assert admin.get(f"{JOBS}/{name}").status_code == 404
    assert admin.request("PATCH", f"{JOBS}/{name}", json={}).status_code == 404
    wrong = admin.post(JOBS, json={"trigger": {"type": "once", "at": "2020-01-01T00:00:00Z"}, "job": {"name": ""}})
    assert wrong.status_code == 400
    assert {"/job/name", "/job/reportType"} <= {each["pointer"] for each in wrong.json()["detail"]["errors"]}


def delayed(own, name):
    """The schedule, while it is due and its jitter is not over for two seconds."""
    document = own.db.schedules.find_one({"_id": name})
    now = datetime.now(timezone.utc)
    return document if utc(document["nextFireAt"]) <= now < utc(document["wakeAt"]) - timedelta(seconds=2) else None


@pytest.mark.parametrize("change, kinds", [
    ({"end": "2100-01-01T00:00:00Z"}, {"fired", "late"}),
    ({"jitter": "8s"}, {"fired", "late"}),
    ({"trigger": {"every": "1h"}}, {"fired", "late"}),
    ({"paused": True}, {"skipped"}),
])
def test_what_was_due_before_a_change_is_not_lost(own, admin, change, kinds):
    """It has come, and jitter delays it: a change takes neither it nor its delay away, and a pause skips it with a row."""
    name = f"delayed-{uuid.uuid4()}"
    body = {"id": name, "trigger": {"type": "interval", "every": "10s"}, "jitter": "9s", "job": JOB}
    assert admin.post(JOBS, json=body).status_code == 201
    due = until(lambda: delayed(own, name), 90, "it is due and delayed")
    assert admin.request("PATCH", f"{JOBS}/{name}", json=change).status_code == 200
    wanted = {"scheduleId": name, "dueAt": due["nextFireAt"]}
    row = until(lambda: own.db.occurrences.find_one(wanted), 30, "it has its row")
    assert row["kind"] in kinds
    if "skipped" in kinds:
        assert row["reason"] == "the schedule was paused before its job was made"
        assert not own.db.jobs.find_one({"_id": row["_id"]})
    else:
        assert row["decidedAt"] >= due["wakeAt"]
        until(lambda: own.db.jobs.find_one({"_id": row["_id"]}), 10, "it has its job")
    assert admin.request("DELETE", f"{JOBS}/{name}").status_code == 200


def test_a_backfill_makes_each_job_once(own, admin):
    body = {"trigger": {"type": "cron", "cron": "0 2 * * *"}, "job": JOB}
    assert admin.request("PUT", f"{JOBS}/filled", json=body).status_code == 201
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    span = {"from": (today - timedelta(days=3)).isoformat(), "to": today.isoformat()}
    for _ in range(2):
        answer = admin.post(f"{JOBS}/filled/backfill", json=span)
        assert answer.status_code == 202 and answer.json()["data"] == {"due_times": 3}
        until(lambda: not own.db.schedules.find_one({"_id": "filled"})["pendingFires"], 10, "it is carried out")
        due = [today - timedelta(days=n, hours=-2) for n in (1, 2, 3)]
        done = rows(admin, "filled")
        assert [datetime.fromisoformat(row["due_time"]) for row in done] == due
        assert {row["status"] for row in done} == {"caught_up"} and "backfill" in done[0]["reason"]
        assert len(jobs_of(own, "filled")) == 3


def test_pages_leave_out_none_of_one_moment(own, admin):
    """As many runs as there are threads are asked for at once, so that some have one millisecond."""
    body = {"id": "crowd", "trigger": {"type": "interval", "every": "1d"}, "paused": True, "job": JOB}
    assert admin.post(JOBS, json=body).status_code == 201
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: admin.post(f"{JOBS}/crowd/run"), range(48)))
    asked = {a.json()["data"]["job_id"] for a in answers}
    assert len(asked) == 48
    until(lambda: len(rows(admin, "crowd", "?limit=100")) == 48, 30, "all are carried out")
    seen, query = [], "?limit=1"
    while query:
        data = admin.get(f"{JOBS}/crowd/occurrences{query}").json()["data"]
        seen += [row["id"] for row in data["occurrences"]]
        query = f"?limit=1&after={data['next_after']}" if "next_after" in data else None
    assert len(seen) == 48 and set(seen) == asked
    shown = json.loads(own.jobctl("schedule", "occurrences", "crowd", "-n", 100, "-o", "json",
                                  JW_GATEWAY_URL=f"http://127.0.0.1:{own.gateway_port}", JW_API_KEY=own.api_key("admin")).stdout)
    assert {row["id"] for row in shown} == asked
