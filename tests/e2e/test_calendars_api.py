"""The days on which scheduled jobs are not due, by their API: changed in one place, and all jobs that name them follow."""
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from stack import Stack
from test_schedules_api import JOB, rows, shown
from test_seed_001 import JOBS
from wait import until

CALENDARS = "/api/v1alpha1/calendars"
EXCLUDED = "its calendar excludes the day since the time was computed"


@pytest.fixture(scope="module")
def own():
    with Stack("calendars-api") as stack:
        stack.create_topics()
        stack.start("gateway")
        stack.start("scheduler")
        yield stack


@pytest.fixture(scope="module")
def admin(own):
    return own.keyed(own.api_key("admin"))


def put(api, name, status=200, headers=None, **days):
    answer = api.request("PUT", f"{CALENDARS}/{name}", json=days, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


def schedule(api, name, **members):
    answer = api.request("PUT", f"{JOBS}/{name}", json={"job": JOB} | members)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["data"]["job"]


def day(ahead, zone=timezone.utc):
    return (datetime.now(zone) + timedelta(days=ahead)).strftime("%Y-%m-%d")


def next_day(api, name):
    return (shown(api, name)["next_run_time"] or "never")[:10]


def test_one_change_moves_all_jobs_that_name_it_both_ways(admin):
    """In a year to come, so that no day of it begins meanwhile."""
    year = datetime.now(timezone.utc).year + 1
    start = {"start": f"{year}-03-01T00:00:00Z"}
    made = put(admin, "holidays", 201, dates=[f"{year}-03-01"])
    assert made.headers["Location"].endswith(f"{CALENDARS}/holidays")
    first = schedule(admin, "daily", trigger={"type": "cron", "cron": "0 6 * * *"}, calendar="holidays", **start)
    other = schedule(admin, "hourly", trigger={"type": "interval", "every": "6h"}, calendar="holidays", **start)
    free = schedule(admin, "free", trigger={"type": "cron", "cron": "0 6 * * *"}, **start)
    assert (first["next_run_time"], other["next_run_time"]) == (f"{year}-03-02T06:00:00Z", f"{year}-03-02T00:00:00Z")
    named = admin.get(f"{CALENDARS}/holidays/jobs").json()["data"]
    assert [job["id"] for job in named["jobs"]] == ["daily", "hourly"] and "next_after" not in named
    changed = put(admin, "holidays", ranges=[{"first": f"{year}-03-01", "last": f"{year}-03-09"}],
                  headers={"If-Match": made.headers["ETag"]})
    for name in ("daily", "hourly"):
        until(lambda name=name: next_day(admin, name) == f"{year}-03-10", 20, f"{name} follows")
    assert shown(admin, "free")["next_run_time"] == free["next_run_time"]
    late = admin.request("PUT", f"{CALENDARS}/holidays", json={}, headers={"If-Match": made.headers["ETag"]})
    assert late.status_code == 412 and late.json()["detail"]["code"] == "PRECONDITION_FAILED"
    again = admin.get(f"{CALENDARS}/holidays")
    assert again.headers["ETag"] == changed.headers["ETag"] and len(again.json()["data"]["calendar"]["ranges"]) == 1
    put(admin, "holidays")
    for name in ("daily", "hourly"):
        until(lambda name=name: next_day(admin, name) == f"{year}-03-01", 20, f"{name} follows back")


def test_one_that_jobs_name_is_not_deleted(admin):
    put(admin, "used", 201, weekdays=["SUN"])
    schedule(admin, "user-b", trigger={"type": "interval", "every": "1d"}, calendar="used", paused=True)
    schedule(admin, "user-a", trigger={"type": "interval", "every": "1d"}, calendar="used")
    refused = admin.request("DELETE", f"{CALENDARS}/used")
    assert refused.status_code == 409
    assert refused.json()["detail"] == {
        "code": "CALENDAR_IN_USE",
        "message": "Calendar 'used' is used by 'user-a', 'user-b': change or delete those jobs first",
    }
    assert admin.request("DELETE", f"{JOBS}/user-a").status_code == 200
    assert admin.request("PATCH", f"{JOBS}/user-b", json={"calendar": None}).status_code == 200
    deleted = admin.request("DELETE", f"{CALENDARS}/used")
    assert deleted.status_code == 200 and deleted.json()["data"] == {"message": "Calendar 'used' deleted"}
    assert admin.get(f"{CALENDARS}/used").status_code == 404
    late = {"trigger": {"type": "interval", "every": "1d"}, "calendar": "used", "job": JOB}
    gone = admin.request("PUT", f"{JOBS}/user-c", json=late)
    assert gone.status_code == 400 and [e["pointer"] for e in gone.json()["detail"]["errors"]] == ["/calendar"]


def test_a_due_time_of_a_day_that_is_excluded_afterwards_is_skipped_with_the_reason(own, admin):
    """The due time comes while no scheduler runs; before one does, its day is taken out."""
    put(admin, "late", 201)
    schedule(admin, "late-job", trigger={"type": "interval", "every": "2s"}, misfire="fire_all", calendar="late")
    until(lambda: len(rows(admin, "late-job")) >= 2, 20, "it fires")
    for process in own.running("scheduler"):
        process.stop()
    due = own.db.schedules.find_one({"_id": "late-job"})["nextFireAt"].replace(tzinfo=timezone.utc)
    until(lambda: datetime.now(timezone.utc) > due, 10, "it is due")
    fired = rows(admin, "late-job")
    put(admin, "late", dates=[day(0), day(1)])
    own.start("scheduler")
    until(lambda: len(rows(admin, "late-job")) > len(fired), 20, "it is decided")
    newest, *before = rows(admin, "late-job")
    assert before == fired
    assert (newest["status"], newest["reason"], newest["job_id"]) == ("skipped", EXCLUDED, None)
    assert datetime.fromisoformat(newest["due_time"]) == due
    assert next_day(admin, "late-job") >= day(2)
    put(admin, "late")
    until(lambda: rows(admin, "late-job")[0]["status"] in ("fired", "late"), 20, "it fires again")


def test_what_the_file_made_and_the_api_deleted_stays_deleted_until_its_entry_changes(own, admin, tmp_path):
    file = tmp_path / "schedules.json"

    def start(days):
        file.write_text(json.dumps({"calendars": {"filed": days}, "schedules": []}))
        process = own.start("scheduler", JW_SCHEDULES_FILE=str(file))
        process.stop()
        return process

    start({"weekdays": ["SAT"]})
    shown_now = admin.get(f"{CALENDARS}/filed").json()["data"]["calendar"]
    assert (shown_now["source"], shown_now["weekdays"]) == ("file", ["SAT"])
    put(admin, "filed", weekdays=["SUN"])
    unchanged = start({"weekdays": ["SAT"]})
    assert [r["calendar"] for r in unchanged.records("calendar_stays_changed")] == ["filed"]
    assert admin.get(f"{CALENDARS}/filed").json()["data"]["calendar"]["weekdays"] == ["SUN"], "its entry is what it was"
    assert admin.request("DELETE", f"{CALENDARS}/filed").status_code == 200
    again = start({"weekdays": ["SAT"]})
    assert [r["calendar"] for r in again.records("calendar_stays_deleted")] == ["filed"]
    assert admin.get(f"{CALENDARS}/filed").status_code == 404
    start({"weekdays": ["SAT"], "yearly": ["01-01"]})
    assert admin.get(f"{CALENDARS}/filed").json()["data"]["calendar"]["yearly"] == ["01-01"]


def test_of_a_deletion_and_a_job_at_the_same_moment_one_is_refused(admin):
    """Thirty times: the job names a calendar that is there, or it is not stored."""
    with ThreadPoolExecutor(2) as pool:
        for n in range(30):
            put(admin, f"race-{n}", 201)
            body = {"trigger": {"type": "interval", "every": "1d"}, "calendar": f"race-{n}", "job": JOB}
            stored = pool.submit(admin.request, "PUT", f"{JOBS}/race-{n}", json=body)
            deleted = pool.submit(admin.request, "DELETE", f"{CALENDARS}/race-{n}")
            there = stored.result().status_code, deleted.result().status_code
            found = admin.get(f"{CALENDARS}/race-{n}").status_code, admin.get(f"{JOBS}/race-{n}").status_code
            assert (there, found) in [((201, 409), (200, 200)), ((400, 200), (404, 404))]
