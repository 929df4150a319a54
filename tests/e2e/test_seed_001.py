"""Scheduled jobs, /api/v1alpha1/jobs: the contract, box by box, and what a deletion promises.

A box is a criterion or a task of the story, or a line of what the API has beyond it. Its tests:

| box | tests |
| --- | --- |
| AC 1 | test_ac1_an_admin_lists_jobs_with_id_next_run_time_and_trigger |
| AC 2 | test_ac2_an_admin_deletes_a_job_and_nothing_fires_after_the_answer |
| AC 3 | test_ac3_deleting_what_is_not_there_is_404_job_not_found |
| AC 4 | test_ac4_a_monitor_may_not_list |
| AC 5 | test_ac5_a_monitor_may_not_delete |
| Task 1, 1.1 | test_task_1_1_the_code_of_a_job_that_is_not_there_is_job_not_found |
| 1.2 | test_task_1_2_a_listed_job_has_four_members_and_nothing_else |
| 1.3, 1.4 | test_task_1_3_what_a_trigger_is_shown_as; test_list of tests/unit/gateway/test_schedules.c |
| Task 2, 2.1, 2.4 | test_task_2_1_the_routes_are_there_and_in_the_openapi_file |
| 2.2, 2.5 | test_task_2_2_an_admin_lists_and_a_monitor_does_not |
| 2.3 | test_task_2_3_every_route_is_for_admins_only |
| Task 3, 3.1, 3.3, 3.4 | test_task_3_1_a_deletion_is_confirmed |
| 3.2 | test_task_3_2_a_second_deletion_is_404 |
| form of errors and keys | test_errors_have_the_form_detail_code_message; test_none_and_a_wrong_key_are_401 |
| GET: paused, once | test_get_paused_and_once_have_no_next_run_time |
| GET: spent once | test_get_a_spent_once_stays_listed_until_its_time_is_over |
| DELETE: a run in flight | test_delete_a_run_in_flight_finishes |
| POST: body, 201, Location, 409 | test_post_makes_a_job_with_all_its_members; test_post_an_id_that_is_taken_is_409_job_exists |
| POST: id, defaults | test_post_makes_an_id_and_has_defaults; test_post_ids_have_a_form |
| PUT: 201 or 200 | test_put_creates_or_replaces |
| PATCH | test_patch_pauses_with_a_note_resumes_and_changes |
| GET one: next ten, last occurrences | test_get_one_has_the_next_ten_times_and_the_last_occurrences |
| occurrences | test_occurrences_are_newest_first_and_paged |
| preview | test_preview_of_a_rule_and_of_a_stored_job |
| run | test_run_is_202_and_moves_no_due_time |
| faults | test_faults_are_400_all_at_once_each_with_its_pointer |
| cron: fields, names, forms, Sunday | test_cron_forms |
| cron: either day | test_cron_day_of_month_or_day_of_week |
| cron: never fires | test_cron_that_never_fires_is_refused |
| cron: dialects | test_cron_warns_where_others_read_it_differently |
| keys | test_keys_are_printed_alone_on_the_last_line; test_no_key_is_in_a_log_or_in_the_store |
| keys: expiry, revocation | test_a_key_is_revoked_within_the_stated_time_and_its_end_was_signed |
| all APIs: ids, HEAD, OPTIONS, 405, 413, 415 | test_all_request_ids_head_options_405_413_and_415 |
| all APIs: Idempotency-Key | test_all_the_same_idempotency_key_is_the_same_job |

The finer points stand in test_schedules_api.py, test_calendars_api.py and tests/unit; who may do what in test_authorization.py.
"""
import inspect
import json
import re
import signal
import sys
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from stack import CONTRACTS, Stack, weekly
from test_schedules import jobs_of, occurrences, schedules_file
from wait import until

JOBS = "/api/v1alpha1/jobs"
JOB = {"kind": "report"} | weekly(format="csv", parameters={"period": {"type": "weekly"}})
NOT_FOUND = {"code": "JOB_NOT_FOUND", "message": "Job 'no-such-job' not found"}
KEY = re.compile(r"jobwire_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A gateway, and a scheduler that fires every two seconds; nobody runs what it makes."""
    with Stack("seed-001") as stack:
        stack.create_topics()
        stack.start("gateway")
        stack.file = schedules_file(tmp_path_factory.mktemp("schedules"), "seed")
        stack.start("scheduler", JW_SCHEDULES_FILE=stack.file)
        yield stack


@pytest.fixture(scope="module")
def admin(own):
    return own.keyed(own.api_key("admin"))


@pytest.fixture(scope="module")
def monitor(own):
    return own.keyed(own.api_key("monitor"))


def listed(api):
    answer = api.get(JOBS)
    assert answer.status_code == 200
    return {job["id"]: job for job in answer.json()["data"]["jobs"]}


def put(api, name, status=201, job=JOB, **rule):
    answer = api.request("PUT", f"{JOBS}/{name}", json={"job": job} | rule)
    assert answer.status_code == status, answer.text
    return answer.json()["data"]["job"]


def cron(expression, **more):
    return {"trigger": {"type": "cron", "cron": expression}} | more


def refused(answer, status, code, *pointers):
    """The form of every refusal."""
    assert answer.status_code == status, answer.text
    detail = answer.json()["detail"]
    assert list(answer.json()) == ["detail"] and detail["code"] == code and detail["message"], answer.text
    assert [e["pointer"] for e in detail.get("errors", [])] == list(pointers), answer.text


# The acceptance criteria


def test_ac1_an_admin_lists_jobs_with_id_next_run_time_and_trigger(admin):
    answer = admin.get(JOBS).json()
    assert answer["status"] == "ok" and list(answer["data"]) == ["jobs"]
    jobs = listed(admin)
    assert list(jobs) == sorted(jobs)
    interval, cron, off = jobs["interval-seed"], jobs["cron-seed"], jobs["off-seed"]
    assert all(set(job) == {"id", "next_run_time", "trigger_type", "trigger_details"} for job in jobs.values())
    assert (interval["trigger_type"], interval["trigger_details"]) == ("interval", "every 2 seconds")
    assert (cron["trigger_type"], cron["trigger_details"]) == ("cron", "*/2 * * * * *")
    for job in (interval, cron):
        ahead = datetime.fromisoformat(job["next_run_time"]) - datetime.now(timezone.utc)
        assert -30 < ahead.total_seconds() <= 2
    assert off["next_run_time"] is None, "it is paused"


def test_ac3_deleting_what_is_not_there_is_404_job_not_found(admin):
    answer = admin.request("DELETE", f"{JOBS}/no-such-job")
    assert answer.status_code == 404
    assert answer.json() == {"detail": {"code": "JOB_NOT_FOUND", "message": "Job 'no-such-job' not found"}}


def test_ac4_a_monitor_may_not_list(monitor):
    answer = monitor.get(JOBS)
    assert answer.status_code == 403 and answer.json()["detail"]["code"] == "FORBIDDEN"


def test_ac5_a_monitor_may_not_delete(monitor, admin):
    answer = monitor.request("DELETE", f"{JOBS}/off-seed")
    assert answer.status_code == 403 and answer.json()["detail"]["code"] == "FORBIDDEN"
    assert "off-seed" in listed(admin)


# Keys


def test_none_and_a_wrong_key_are_401(own):
    for api in (own.keyed(None), own.keyed("admin-key"), own.api(roles=("admin",))):
        answer = api.get(JOBS)
        assert answer.status_code == 401 and answer.json()["detail"]["code"] == "UNAUTHORIZED"


def test_a_key_is_revoked_within_the_stated_time_and_its_end_was_signed(own):
    key = own.api_key("admin", "for a while")
    api = own.keyed(key)
    assert api.get(JOBS).status_code == 200
    own.jobctl("apikey", "revoke", key.split("_")[1])
    until(lambda: api.get(JOBS).status_code == 401, 20, "it is refused")
    assert "revoked" in api.get(JOBS).json()["detail"]["message"]
    shown = {each["id"]: each for each in json.loads(own.jobctl("apikey", "list", "-o", "json").stdout)}
    assert shown[key.split("_")[1]]["state"] == "revoked"
    until(lambda: own.db.apikeys.find_one({"_id": key.split("_")[1]}).get("usedAt"), 10, "its use is noted")
    later = own.api_key("admin", "short", "--expires", "1m")
    own.db.apikeys.update_one({"_id": later.split("_")[1]}, {"$set": {"expiresAt": datetime(2099, 1, 1)}})
    assert own.keyed(later).get(JOBS).status_code == 401, "its end was signed"


def made_by(own, schedule):
    """The ids of its jobs."""
    return [job["_id"] for job in jobs_of(own, schedule)]


def assert_silent(own, schedule):
    """Nothing more comes of it while the others, which are due as often, go on."""
    jobs, rows = made_by(own, schedule), occurrences(own, schedule)
    other = len(occurrences(own, "cron-seed"))
    until(lambda: len(occurrences(own, "cron-seed")) >= other + 3, 30, "three due times of another one")
    assert made_by(own, schedule) == jobs
    assert {row["_id"] for row in occurrences(own, schedule) if row["kind"] in ("fired", "caught-up")} == set(jobs)
    assert len(occurrences(own, schedule)) >= len(rows)
    assert not own.db.schedules.find_one({"_id": schedule, "pendingFires.0": {"$exists": True}})


def test_ac2_an_admin_deletes_a_job_and_nothing_fires_after_the_answer(own, admin):
    until(lambda: len(jobs_of(own, "interval-seed")) >= 2, 20, "it fires")
    answer = admin.request("DELETE", f"{JOBS}/interval-seed")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "data": {"message": "Job 'interval-seed' deleted"}}
    assert "interval-seed" not in listed(admin)
    again = admin.request("DELETE", f"{JOBS}/interval-seed")
    assert again.status_code == 404 and again.json()["detail"]["message"] == "Job 'interval-seed' not found"
    assert_silent(own, "interval-seed")


def test_a_scheduler_that_was_stopped_fires_nothing_after_the_answer(own, admin, tmp_path):
    """It is stopped with due times before it, the schedule is deleted meanwhile, and it goes on."""
    other = own.start("scheduler", JW_SCHEDULES_FILE=schedules_file(tmp_path, "stopped"))
    first = own.running("scheduler")[0]
    first.stop()
    until(lambda: len(jobs_of(own, "interval-stopped")) >= 1, 20, "it fires")
    other.signal(signal.SIGSTOP)
    assert admin.request("DELETE", f"{JOBS}/interval-stopped").status_code == 200
    at_answer = made_by(own, "interval-stopped")
    other.signal(signal.SIGCONT)
    due = len(occurrences(own, "cron-stopped"))
    until(lambda: len(occurrences(own, "cron-stopped")) >= due + 3, 30, "it goes on with others")
    assert made_by(own, "interval-stopped") == at_answer
    other.stop()
    own.start("scheduler", JW_SCHEDULES_FILE=own.file)


def test_the_file_does_not_bring_back_what_was_deleted_until_its_entry_changes(own, admin, tmp_path):
    file = tmp_path / "schedules.json"
    file.write_text(open(schedules_file(tmp_path, "file")).read())
    own.start("scheduler", JW_SCHEDULES_FILE=str(file)).stop()
    assert "off-file" in listed(admin)
    assert admin.request("DELETE", f"{JOBS}/off-file").status_code == 200
    again = own.start("scheduler", JW_SCHEDULES_FILE=str(file))
    assert [r["schedule_id"] for r in again.records("schedule_stays_deleted")] == ["off-file"]
    again.stop()
    assert "off-file" not in listed(admin) and "cron-file" in listed(admin)
    changed = json.loads(file.read_text())
    next(s for s in changed["schedules"] if s["id"] == "off-file")["description"] = "again"
    file.write_text(json.dumps(changed))
    own.start("scheduler", JW_SCHEDULES_FILE=str(file)).stop()
    assert "off-file" in listed(admin)


def test_what_the_api_paused_or_made_outlives_a_start_with_the_same_file(own, admin, tmp_path):
    file = schedules_file(tmp_path, "kept")
    own.start("scheduler", JW_SCHEDULES_FILE=file).stop()
    assert admin.request("PATCH", f"{JOBS}/interval-kept", json={"paused": True, "note": "at night"}).status_code == 200
    assert admin.request("PATCH", f"{JOBS}/off-kept", json={"paused": False}).status_code == 200
    assert admin.request("DELETE", f"{JOBS}/cron-kept").status_code == 200
    body = {"id": "cron-kept", "trigger": {"type": "interval", "every": "3h"}, "job": JOB}
    assert admin.post(JOBS, json=body).status_code == 201
    again = own.start("scheduler", JW_SCHEDULES_FILE=file)
    assert {r["schedule_id"] for r in again.records("schedule_stays_changed")} == {"interval-kept", "off-kept"}
    assert [r["schedule_id"] for r in again.records("schedule_of_others")] == ["cron-kept"]
    again.stop()
    shown = {s: admin.get(f"{JOBS}/{s}").json()["data"]["job"] for s in ("interval-kept", "off-kept", "cron-kept")}
    assert [shown[s]["paused"] for s in shown] == [True, False, False]
    assert shown["interval-kept"]["note"] == "at night" and shown["cron-kept"]["trigger"]["every"] == "3h"


# Task 1: models and codes


@pytest.mark.parametrize("method, tail, body", [
    ("GET", "", None), ("DELETE", "", None), ("PATCH", "", {"paused": True}), ("GET", "/occurrences", None),
    ("POST", "/run", None), ("POST", "/preview", {}),
    ("POST", "/backfill", {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}),
])
def test_task_1_1_the_code_of_a_job_that_is_not_there_is_job_not_found(admin, method, tail, body):
    answer = admin.request(method, f"{JOBS}/no-such-job{tail}", json=body)
    assert answer.status_code == 404 and answer.json() == {"detail": NOT_FOUND}


def test_task_1_2_a_listed_job_has_four_members_and_nothing_else(admin):
    put(admin, "four-members", **cron("0 2 * * *"), description="not shown", note="not shown")
    job = listed(admin)["four-members"]
    assert list(job) == ["id", "next_run_time", "trigger_type", "trigger_details"]
    assert all(isinstance(value, str) for value in job.values())
    assert datetime.fromisoformat(job["next_run_time"]).tzinfo is not None


@pytest.mark.parametrize("trigger, shown", [
    ({"type": "interval", "every": "1h"}, ("interval", "every 3600 seconds")),
    ({"type": "interval", "every": "90s"}, ("interval", "every 90 seconds")),
    ({"type": "cron", "cron": "0 */6 * * *"}, ("cron", "0 */6 * * *")),
    ({"type": "cron", "cron": "  0   2 *  * MON "}, ("cron", "0 2 * * MON")),
    ({"type": "cron", "cron": "30 0 2 * * *"}, ("cron", "30 0 2 * * *")),
    ({"type": "cron", "cron": "@daily"}, ("cron", "0 0 * * *")),
    ({"type": "once", "at": "2099-01-01T00:00:00Z"}, ("date", "2099-01-01T00:00:00Z")),
])
def test_task_1_3_what_a_trigger_is_shown_as(admin, trigger, shown):
    name = f"shown-{uuid.uuid4()}"
    put(admin, name, trigger=trigger)
    job = listed(admin)[name]
    assert (job["trigger_type"], job["trigger_details"]) == shown


# Task 2: the list


def test_task_2_1_the_routes_are_there_and_in_the_openapi_file(own, admin):
    paths = own.session.get(f"http://127.0.0.1:{own.gateway_port}/openapi.json", timeout=10).json()["paths"]
    assert "get" in paths[JOBS] and "delete" in paths[f"{JOBS}/{{jobId}}"]
    assert {"GET", "POST"} <= set(admin.request("OPTIONS", JOBS).headers["Allow"].split(", "))
    assert {"GET", "DELETE"} <= set(admin.request("OPTIONS", f"{JOBS}/x").headers["Allow"].split(", "))
    assert admin.get("/api/v1alpha1/job").status_code == 404


def test_task_2_2_an_admin_lists_and_a_monitor_does_not(own):
    allowed = own.keyed(own.api_key("admin")).get(JOBS)
    assert allowed.status_code == 200 and allowed.json()["status"] == "ok" and "jobs" in allowed.json()["data"]
    assert own.keyed(own.api_key("monitor")).get(JOBS).status_code == 403


ROUTES = sorted(
    f"{method} {path}" for file in CONTRACTS for method, path, _, _ in file.operations() if path.startswith(JOBS)
)


@pytest.mark.parametrize("route", ROUTES)
def test_task_2_3_every_route_is_for_admins_only(monitor, admin, route):
    """Also of what is not there: who may not manage jobs is not told which there are."""
    method, path = route.split()
    for name in ("cron-seed", "no-such-job"):
        before = admin.get(f"{JOBS}/cron-seed").json()["data"]["job"]["trigger"]
        refused(monitor.request(method, path.replace("{jobId}", name)), 403, "FORBIDDEN")
        assert admin.get(f"{JOBS}/cron-seed").json()["data"]["job"]["trigger"] == before


# Task 3: the deletion


def test_task_3_1_a_deletion_is_confirmed(admin):
    put(admin, "to-delete", **cron("0 2 * * *"))
    answer = admin.request("DELETE", f"{JOBS}/to-delete")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "data": {"message": "Job 'to-delete' deleted"}}
    assert "to-delete" not in listed(admin)


def test_task_3_2_a_second_deletion_is_404(admin):
    put(admin, "twice", **cron("0 2 * * *"))
    assert admin.request("DELETE", f"{JOBS}/twice").status_code == 200
    again = admin.request("DELETE", f"{JOBS}/twice")
    assert again.status_code == 404
    assert again.json() == {"detail": {"code": "JOB_NOT_FOUND", "message": "Job 'twice' not found"}}


def test_delete_a_run_in_flight_finishes(own, admin):
    """It was made before the deletion, and is run after it."""
    put(admin, "in-flight", **cron("0 2 * * *", paused=True))
    run = admin.post(f"{JOBS}/in-flight/run").json()["data"]["job_id"]
    until(lambda: own.db.jobs.find_one({"_id": run}), 20, "it is made")
    assert admin.request("DELETE", f"{JOBS}/in-flight").status_code == 200
    assert own.db.jobs.find_one({"_id": run})["state"] == "pending"
    executor = own.start("executor")
    until(lambda: own.db.jobs.find_one({"_id": run})["state"] == "completed", 120, "it finishes")
    executor.stop()


# The form of errors; GET


def test_errors_have_the_form_detail_code_message(own, admin, monitor):
    refused(own.keyed(None).get(JOBS), 401, "UNAUTHORIZED")
    refused(monitor.get(JOBS), 403, "FORBIDDEN")
    refused(admin.get(f"{JOBS}/no-such-job"), 404, "JOB_NOT_FOUND")
    refused(admin.get("/api/v1alpha1/jobs/a/b/c"), 404, "NOT_FOUND")
    refused(admin.get(f"{JOBS}?limit=0"), 400, "VALIDATION_ERROR", "/limit")
    refused(admin.request("PUT", f"{JOBS}/x", data="{", headers={"Content-Type": "application/json"}), 400, "INVALID_JSON")


def test_get_paused_and_once_have_no_next_run_time(admin):
    put(admin, "paused-job", **cron("0 2 * * *", paused=True))
    put(admin, "later", trigger={"type": "once", "at": "2099-01-01T00:00:00Z"})
    jobs = listed(admin)
    assert jobs["paused-job"]["next_run_time"] is None
    assert jobs["later"]["next_run_time"] == "2099-01-01T00:00:00Z"


def test_get_a_spent_once_stays_listed_until_its_time_is_over(own, admin):
    """Its time is one second here: it goes when its job has ended, and its row stays."""
    for process in own.running("scheduler"):
        process.stop()
    moment = datetime.now(timezone.utc) + timedelta(seconds=3)
    put(admin, "moment", trigger={"type": "once", "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
    short = own.start("scheduler", JW_SCHEDULES_FILE=own.file, JW_ONCE_KEEP="1s", JW_TICK="50ms")
    until(lambda: jobs_of(own, "moment"), 20, "it fires")
    other = len(occurrences(own, "cron-seed"))
    until(lambda: len(occurrences(own, "cron-seed")) >= other + 3, 30, "its time is over")
    job = admin.get(f"{JOBS}/moment").json()["data"]["job"]
    assert (job["next_run_time"], job["trigger_type"], job["next_run_times"]) == (None, "date", [])
    assert listed(admin)["moment"]["next_run_time"] is None
    (made,) = jobs_of(own, "moment")
    now = datetime.now(timezone.utc)
    own.db.jobs.update_one({"_id": made["_id"]}, {"$set": {"state": "completed", "finishedAt": now}})
    until(lambda: admin.get(f"{JOBS}/moment").status_code == 404, 30, "it is removed")
    assert [row["_id"] for row in occurrences(own, "moment")] == [made["_id"]]
    short.stop()
    own.start("scheduler", JW_SCHEDULES_FILE=own.file)


def test_get_one_has_the_next_ten_times_and_the_last_occurrences(own, admin):
    until(lambda: len(occurrences(own, "cron-seed")) >= 2, 30, "it fires")
    job = admin.get(f"{JOBS}/cron-seed").json()["data"]["job"]
    assert list(job)[:4] == ["id", "next_run_time", "trigger_type", "trigger_details"]
    assert (job["time_zone"], job["paused"], job["note"]) == ("Europe/Istanbul", False, None)
    assert (job["misfire"], job["overlap"]) == ("fire_all", "allow") and job["job"]["reportType"] == "call-records"
    times = [datetime.fromisoformat(time) for time in job["next_run_times"]]
    assert len(times) == 10 and times == [times[0] + n * timedelta(seconds=2) for n in range(10)]
    assert job["next_run_times"][0] == job["next_run_time"]
    assert {warning["code"] for warning in job["warnings"]} == {"CRON_SECONDS"}
    assert 2 <= len(job["occurrences"]) <= 20
    assert {"due_time", "status", "reason", "job_id", "decided_at"} <= set(job["occurrences"][0])


def test_occurrences_are_newest_first_and_paged(own, admin):
    until(lambda: len(occurrences(own, "cron-seed")) >= 4, 30, "it fires")
    def page(query):
        return admin.get(f"{JOBS}/cron-seed/occurrences?{query}").json()["data"]["occurrences"]

    newest, second = page("limit=2")
    assert newest["due_time"] > second["due_time"]
    assert page(f"limit=1&before={newest['due_time']}") == [second]
    assert {row["status"] for row in page("limit=500")} <= {"fired", "late", "caught_up", "coalesced", "skipped"}
    refused(admin.get(f"{JOBS}/cron-seed/occurrences?limit=501"), 400, "VALIDATION_ERROR", "/limit")


# POST, PUT, PATCH


def test_post_makes_a_job_with_all_its_members(admin):
    body = {
        "id": "All.of:it_1", "trigger": {"type": "cron", "cron": "30 2 * * *"}, "time_zone": "Europe/Berlin",
        "dst": {"gap": "skip", "repeat": "last"}, "misfire": "fire_all", "misfire_grace": "5m", "overlap": "queue_one",
        "jitter": "30s", "start": "2098-01-01T00:00:00Z", "end": "2099-01-01T00:00:00Z", "job": JOB,
        "ready": {"type": "marker", "collection": "markers", "id": "calls-done", "deadline": "2h", "at_deadline": "skip"},
    }
    answer = admin.post(JOBS, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith(f"{JOBS}/All.of:it_1")
    job = answer.json()["data"]["job"]
    assert {name: job[name] for name in body if name != "job"} == {name: body[name] for name in body if name != "job"}
    assert job["job"] == {name: value for name, value in JOB.items() if name != "kind"} | (
        {"kind": "report"} if "kind" in job["job"] else {})
    assert (job["trigger_details"], job["next_run_time"]) == ("30 2 * * *", "2098-01-01T01:30:00Z")


def test_post_makes_an_id_and_has_defaults(admin):
    job = admin.post(JOBS, json={"trigger": {"type": "interval", "every": "1h"}, "job": JOB}).json()["data"]["job"]
    assert job["id"] in listed(admin)
    assert (job["time_zone"], job["misfire"], job["misfire_grace"], job["overlap"]) == (None, "fire_once", "1m", "allow")
    assert job["paused"] is False and not {"jitter", "start", "end", "calendar", "ready"} & set(job)


@pytest.mark.parametrize("name, status", [
    ("a" * 128, 201), ("A1", 201), ("a" * 129, 400), ("-a", 400), ("a b", 400), ("", 400), ("\u00e9", 400),
])
def test_post_ids_have_a_form(admin, name, status):
    answer = admin.post(JOBS, json={"id": name, "trigger": {"type": "interval", "every": "1h"}, "job": JOB})
    if status == 400:
        refused(answer, 400, "VALIDATION_ERROR", "/id")
    else:
        assert answer.status_code == 201 and answer.json()["data"]["job"]["id"] == name


def test_post_an_id_that_is_taken_is_409_job_exists(admin):
    body = {"id": "taken", "trigger": {"type": "interval", "every": "1h"}, "job": JOB}
    assert admin.post(JOBS, json=body).status_code == 201
    refused(admin.post(JOBS, json=body), 409, "JOB_EXISTS")


def test_put_creates_or_replaces(admin):
    assert put(admin, "put-job", 201, **cron("0 2 * * *", overlap="skip"))["overlap"] == "skip"
    assert put(admin, "put-job", 200, **cron("0 2 * * *"))["overlap"] == "allow", "what it leaves out has its default"
    other = admin.request("PUT", f"{JOBS}/put-job", json={"id": "another", "job": JOB} | cron("0 2 * * *"))
    refused(other, 400, "VALIDATION_ERROR", "/id")


def test_patch_pauses_with_a_note_resumes_and_changes(admin):
    put(admin, "patched", **cron("0 2 * * *"))
    def patch(**members):
        answer = admin.request("PATCH", f"{JOBS}/patched", json=members)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["job"]

    paused = patch(paused=True, note="until Monday")
    assert (paused["paused"], paused["note"], paused["next_run_time"]) == (True, "until Monday", None)
    resumed = patch(paused=False)
    assert (resumed["paused"], resumed["note"]) == (False, None) and resumed["next_run_time"]
    changed = patch(trigger={"type": "interval", "every": "2h", "cron": None}, misfire="skip")
    assert (changed["trigger_details"], changed["misfire"]) == ("every 7200 seconds", "skip")
    refused(admin.request("PATCH", f"{JOBS}/patched", json={"overlap": "never"}), 400, "VALIDATION_ERROR", "/overlap")


# Preview, run, faults


def test_preview_of_a_rule_and_of_a_stored_job(admin):
    rule = cron("0 9 * * MON-FRI", time_zone="America/New_York")
    data = admin.post(f"{JOBS}/preview", json=rule).json()["data"]
    assert set(data) == {"next_run_times", "warnings"} and len(data["next_run_times"]) == 10
    put(admin, "previewed", **rule)
    assert admin.post(f"{JOBS}/previewed/preview").json()["data"]["next_run_times"] == data["next_run_times"]
    assert admin.get(f"{JOBS}/previewed").json()["data"]["job"]["next_run_times"] == data["next_run_times"]


def test_run_is_202_and_moves_no_due_time(own, admin):
    before = put(admin, "run-now", trigger={"type": "once", "at": "2099-01-01T00:00:00Z"})
    answer = admin.post(f"{JOBS}/run-now/run")
    assert answer.status_code == 202 and list(answer.json()["data"]) == ["job_id"]
    run = answer.json()["data"]["job_id"]
    until(lambda: own.db.jobs.find_one({"_id": run}), 20, "it is made")
    until(lambda: admin.get(f"{JOBS}/run-now").json()["data"]["job"]["occurrences"], 20, "it stands in the ledger")
    after = admin.get(f"{JOBS}/run-now").json()["data"]["job"]
    assert after["next_run_times"] == before["next_run_times"] == ["2099-01-01T00:00:00Z"]
    assert [(row["job_id"], row["status"]) for row in after["occurrences"]] == [(run, "fired")]


def test_faults_are_400_all_at_once_each_with_its_pointer(admin):
    answer = admin.post(JOBS, json={
        "id": "a b", "trigger": {"type": "cron", "cron": "61 * * * *"}, "time_zone": "Mars/Base", "overlap": "never",
        "colour": "red", "job": {"reportType": "weather"},
    })
    assert answer.status_code == 400 and answer.json()["detail"]["code"] == "VALIDATION_ERROR"
    errors = answer.json()["detail"]["errors"]
    assert all(set(error) == {"pointer", "message"} for error in errors)
    assert {"/id", "/time_zone", "/overlap", "/colour", "/trigger/cron", "/job/name"} <= {e["pointer"] for e in errors}


# Cron


def times_of(api, expression, **more):
    answer = api.post(f"{JOBS}/preview", json=cron(expression, **more))
    assert answer.status_code == 200, answer.text
    return [datetime.fromisoformat(time) for time in answer.json()["data"]["next_run_times"]]


@pytest.mark.parametrize("one, other", [
    ("0 0 * * *", "@daily"), ("0 0 * * 0", "@weekly"), ("0 0 1 * *", "@monthly"), ("0 0 1 1 *", "@yearly"),
    ("0 * * * *", "@hourly"), ("0 9 * * 0", "0 9 * * 7"), ("0 9 * * 0", "0 9 * * SUN"), ("0 9 * JAN,MAR *", "0 9 * 1,3 *"),
    ("0 9 * * 1-5", "0 9 * * MON-FRI"), ("0 0 9 * * *", "0 9 * * *"), ("*/20 9 * * *", "0,20,40 9 * * *"),
])
def test_cron_forms(admin, one, other):
    start = {"start": "2098-01-01T00:00:00Z"}
    assert times_of(admin, one, **start) == times_of(admin, other, **start)


def test_cron_day_of_month_or_day_of_week(admin):
    """As crontab does: the 13th, and every Friday. 2098-06-13 is a Friday."""
    found = times_of(admin, "0 0 13 * FRI", start="2098-05-10T00:00:00Z")
    assert [time.strftime("%m-%d") for time in found[:6]] == ["05-13", "05-16", "05-23", "05-30", "06-06", "06-13"]


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 4,6,9,11 *"])
def test_cron_that_never_fires_is_refused(admin, expression):
    refused(admin.post(JOBS, json=cron(expression, job=JOB)), 400, "VALIDATION_ERROR", "/trigger/cron")
    refused(admin.post(f"{JOBS}/preview", json=cron(expression)), 400, "VALIDATION_ERROR", "/trigger/cron")


def test_cron_warns_where_others_read_it_differently(admin):
    def codes(expression, **trigger):
        answer = admin.post(f"{JOBS}/preview", json={"trigger": {"type": "cron", "cron": expression} | trigger})
        return {warning["code"] for warning in answer.json()["data"]["warnings"]}

    assert codes("0 9 * * 1") == {"CRON_WEEKDAY_NUMBERS"}
    assert codes("0 9 13 * FRI") == {"CRON_BOTH_DAYS"}
    assert codes("0 9 * * 1", dialect="crontab") == codes("0 9 * * MON") == set()


# All APIs


def test_keys_are_printed_alone_on_the_last_line(own):
    for role in ("admin", "monitor"):
        printed = own.jobctl("apikey", "create", "--role", role, "--name", "printed", "--expires", "90d").stdout
        assert KEY.fullmatch(printed.splitlines()[-1]) and len(KEY.findall(printed)) == 1
        expected = 200 if role == "admin" else 403
        assert own.keyed(printed.splitlines()[-1]).get(JOBS).status_code == expected
    assert own.jobctl("apikey", "create", "--role", "operator", "--name", "x", check=False).returncode != 0


def test_all_request_ids_head_options_405_413_and_415(admin):
    assert admin.get(JOBS, headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] == "mine"
    assert admin.request("HEAD", JOBS).status_code == 200
    assert admin.request("OPTIONS", JOBS).status_code == 204
    wrong = admin.request("DELETE", JOBS)
    refused(wrong, 405, "METHOD_NOT_ALLOWED")
    assert "POST" in wrong.headers["Allow"]
    body = {"trigger": {"type": "interval", "every": "1h"}, "job": JOB}
    refused(admin.post(JOBS, json=body | {"description": "x" * (2 << 20)}), 413, "PAYLOAD_TOO_LARGE")
    plain = admin.post(JOBS, data=json.dumps(body), headers={"Content-Type": "text/plain"})
    refused(plain, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_all_the_same_idempotency_key_is_the_same_job(own, admin):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"trigger": {"type": "once", "at": "2099-01-01T00:00:00Z"}, "job": JOB}
    first, again = (admin.post(JOBS, json=body, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json()["data"]["job"]["id"] == again.json()["data"]["job"]["id"]
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    refused(admin.post(JOBS, json=body | {"note": "another"}, headers=key), 422, "IDEMPOTENCY_KEY_REUSED")
    name = first.json()["data"]["job"]["id"]
    runs = [admin.post(f"{JOBS}/{name}/run", headers=key) for _ in range(2)]
    assert runs[0].json() == runs[1].json() and runs[1].headers["Idempotent-Replayed"] == "true"
    until(lambda: jobs_of(own, name), 20, "it is made")
    assert made_by(own, name) == [runs[0].json()["data"]["job_id"]]


def test_every_box_has_its_test():
    """The table above names all tests of this file, and no other."""
    named = set(re.findall(r"\btest_\w+(?= |;)", __doc__.partition("The finer points")[0])) - {"test_list"}
    there = {name for name, _ in inspect.getmembers(sys.modules[__name__], inspect.isfunction) if name.startswith("test_")}
    beyond = {
        "test_every_box_has_its_test", "test_a_scheduler_that_was_stopped_fires_nothing_after_the_answer",
        "test_the_file_does_not_bring_back_what_was_deleted_until_its_entry_changes",
        "test_what_the_api_paused_or_made_outlives_a_start_with_the_same_file",
    }
    assert named == there - beyond


def test_no_key_is_in_a_log_or_in_the_store(own):
    """After all the others: of the keys that they used."""
    keys = {api.headers["X-API-Key"] for api in (own.keyed(own.api_key("monitor", "last")),)}
    for key in keys:
        own.keyed(key).get(JOBS)
        own.keyed(key[:-1] + ("x" if key[-1] != "x" else "y")).get(JOBS)
    for process in own.processes:
        assert not KEY.search(process.log_path.read_text()), f"a key is in {process.log_path}"
    assert not KEY.search(json.dumps(list(own.db.apikeys.find()), default=str))
    assert own.db.apikeys.count_documents({}) > 3
