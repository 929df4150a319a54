"""Scheduled jobs, /api/v1alpha1/jobs: the acceptance criteria of the contract, one by one, and what a deletion promises."""
import json
import re
import signal
from datetime import datetime, timezone

import pytest

from stack import Stack
from test_schedules import jobs_of, occurrences, schedules_file
from wait import until

JOBS = "/api/v1alpha1/jobs"
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
