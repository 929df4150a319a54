"""Schedules from a file: each due time becomes exactly one job, whoever of the schedulers sees it."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from stack import Stack, weekly
from wait import until

EVERY = timedelta(seconds=2)


def schedules_file(folder, run):
    """Three schedules, whose ids end in the name of the run."""
    job = weekly(format="csv", parameters={"period": {"type": "weekly"}})
    rules = [
        {
            "id": f"interval-{run}", "trigger": {"type": "interval", "every": "2s"},
            "misfire": "fire_all", "misfire_grace": "1h", "job": job,
        },
        {
            "id": f"cron-{run}", "trigger": {"type": "cron", "cron": "*/2 * * * * *"}, "time_zone": "Europe/Istanbul",
            "misfire": "fire_all", "misfire_grace": "1h", "job": job,
        },
        {"id": f"off-{run}", "trigger": {"type": "interval", "every": "1s"}, "paused": True, "job": job},
    ]
    path = folder / "schedules.json"
    path.write_text(json.dumps({"schedules": rules}))
    return str(path)


@pytest.fixture(scope="module")
def own(calls_csv):
    with Stack("schedules") as stack:
        stack.import_csv(calls_csv)
        stack.create_topics()
        stack.start("gateway")
        stack.start("executor")
        yield stack


def utc(value):
    return value.replace(tzinfo=timezone.utc)


def occurrences(stack, schedule):
    return list(stack.db.occurrences.find({"scheduleId": schedule}).sort("dueAt", 1))


def jobs_of(stack, schedule):
    return list(stack.db.jobs.find({"source": f"schedule:{schedule}"}).sort("scheduledFor", 1))


def check_unbroken(stack, schedule):
    """No due time is left out, none is twice, each has its one job; returns the due times."""
    rows = occurrences(stack, schedule)
    due = [utc(row["dueAt"]) for row in rows]
    assert due == [due[0] + n * EVERY for n in range(len(due))], due
    assert all(d.second % 2 == 0 and d.microsecond == 0 for d in due)
    jobs = jobs_of(stack, schedule)
    assert [utc(job["scheduledFor"]) for job in jobs[: len(due)]] == due
    return due


def test_two_schedulers_fire_each_due_time_once(own, tmp_path):
    file = schedules_file(tmp_path, "two")
    both = ("interval-two", "cron-two")
    first = own.start("scheduler", JW_SCHEDULES_FILE=file)
    second = own.start("scheduler", JW_SCHEDULES_FILE=file)
    until(lambda: min(len(occurrences(own, s)) for s in both) >= 4, 60, "four due times of each")

    # One of them is killed, then all are gone for two due times, then one comes back.
    first.kill()
    at_kill = len(occurrences(own, both[0]))
    until(lambda: len(occurrences(own, both[0])) > at_kill, 60, "the other goes on")
    second.stop()
    missed = max(utc(own.db.schedules.find_one({"_id": s})["nextFireAt"]) for s in both) + EVERY
    until(lambda: datetime.now(timezone.utc) > missed, 60, "two due times have passed")
    third = own.start("scheduler", JW_SCHEDULES_FILE=file)
    behind = datetime.now(timezone.utc)
    until(lambda: min(utc(occurrences(own, s)[-1]["dueAt"]) for s in both) > behind, 60, "caught up")
    own.stop_service("scheduler")
    assert third.process.returncode == 0

    for schedule in both:
        due = check_unbroken(own, schedule)
        assert len(due) >= 6
        rows = occurrences(own, schedule)
        assert {row["kind"] for row in rows} == {"fired"}, "within the grace period nothing counts as missed"
        assert all(row["decidedAt"] >= row["dueAt"] for row in rows), "none fires before its time"
        document = own.db.schedules.find_one({"_id": schedule})
        assert document.get("pendingFires", []) == [] and utc(document["nextFireAt"]) == due[-1] + EVERY
    assert occurrences(own, "off-two") == [] and jobs_of(own, "off-two") == []

    # The period ends before the due time, in the schedule's zone.
    client = own.api(roles=("admin",))
    for schedule, hours in zip(both, (0, 3), strict=True):
        for document in jobs_of(own, schedule):
            job = client.wait(document["_id"])
            assert job["requestedBy"] == {"id": f"schedule:{schedule}", "name": f"Schedule {schedule}"}
            local = utc(document["scheduledFor"]) + timedelta(hours=hours)
            monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
            end = monday - timedelta(hours=hours)
            assert datetime.fromisoformat(job["period"]["end"]) == end
            assert datetime.fromisoformat(job["period"]["start"]) == end - timedelta(days=7)


def test_what_left_the_file_stops(own, tmp_path):
    """Renamed: the new one fires, the old one does not. Back again after a while: nothing of that while is made up for."""
    own.db.schedules.delete_many({})
    old, new = "interval-old", "interval-new"
    own.start("scheduler", JW_SCHEDULES_FILE=schedules_file(tmp_path, "old"))
    until(lambda: len(occurrences(own, old)) >= 2, 20, "two due times")
    own.stop_service("scheduler")
    own.start("scheduler", JW_SCHEDULES_FILE=schedules_file(tmp_path, "new"))
    until(lambda: len(occurrences(own, new)) >= 3, 20, "three due times of the renamed one")
    *before, off = occurrences(own, old)
    assert off["kind"] == "paused" and off["reason"] == "it is no longer in the file of schedules"
    stopped = [row for row in before if row["kind"] == "skipped"]  # due while no scheduler ran, before it was paused
    assert {row["reason"] for row in stopped} <= {"the schedule was paused before its job was made"}
    assert {row["kind"] for row in before} <= {"fired", "caught_up", "skipped"}
    assert len(jobs_of(own, old)) == len(before) - len(stopped) >= 2
    document = own.db.schedules.find_one({"_id": old})
    assert document["paused"] is True and document["jobBody"], "its definition is kept"
    own.stop_service("scheduler")

    own.start("scheduler", JW_SCHEDULES_FILE=schedules_file(tmp_path, "old"))
    until(lambda: occurrences(own, old)[-1]["kind"] == "fired", 20, "it fires again")
    own.stop_service("scheduler")
    again = occurrences(own, old)[len(before) + 1 :]
    assert again[0]["kind"] == "resumed" and {row["kind"] for row in again[1:]} == {"fired"}
    assert utc(again[1]["dueAt"]) > utc(again[0]["dueAt"]), "fire_all makes up for nothing of the time it was off"
    assert len(jobs_of(own, old)) == len(before) - len(stopped) + len(again) - 1
    assert occurrences(own, new)[-1]["kind"] == "paused"

    empty = tmp_path / "empty.json"
    empty.write_text('{"schedules": []}')
    own.start("scheduler", JW_SCHEDULES_FILE=str(empty))
    until(lambda: occurrences(own, old)[-1]["kind"] == "paused", 20, "an empty list stops all")
    own.stop_service("scheduler")
    assert own.db.schedules.count_documents({"paused": False}) == 0


def test_a_bad_file_is_refused_with_all_its_violations(own, tmp_path):
    job, other = (weekly(reportType=name, parameters={}) for name in ("call-records", "weather"))
    file = tmp_path / "bad.json"
    file.write_text(
        json.dumps(
            {
                "schedules": [
                    {"id": "a", "trigger": {"type": "cron", "cron": "61 * * * *"}, "job": job},
                    {"id": "b", "trigger": {"type": "interval"}, "job": other},
                ]
            }
        )
    )
    process = own.start("scheduler", JW_SCHEDULES_FILE=str(file), wait=False)
    assert process.process.wait(20) == 70
    process.killed = True  # it ended, as it should, with another status
    cause = process.records("service_start_failed")[0]["cause"]
    for part in (str(file), "/schedules/0/trigger/cron", "/schedules/1/trigger/every", "/schedules/1/job/reportType"):
        assert part in cause


def marker_file(folder, run):
    """One schedule that waits for a marker, one that must not overlap, and a calendar of all weekdays but one."""
    job = weekly(format="csv", parameters={"period": {"type": "weekly"}})
    day = datetime.now(timezone.utc)
    names = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
    # today and tomorrow are days of the calendar, whenever midnight is
    closed = [names[(day.weekday() + n) % 7] for n in range(2)]
    rules = [
        {
            "id": f"waits-{run}", "trigger": {"type": "interval", "every": "2s"}, "misfire": "fire_all", "job": job,
            "ready": {"type": "marker", "collection": "etl_runs", "id": "week-{period_end}",
                      "deadline": "1h", "at_deadline": "skip"},
        },
        {
            "id": f"alarm-{run}", "trigger": {"type": "interval", "every": "2s"}, "job": job, "pause_after_failures": 2,
            "ready": {"type": "record", "deadline": "1s", "at_deadline": "alarm"},
        },
        {"id": f"alone-{run}", "trigger": {"type": "interval", "every": "2s"}, "overlap": "skip", "job": job},
        {"id": f"closed-{run}", "trigger": {"type": "interval", "every": "1s"}, "calendar": f"closed-{run}", "job": job},
    ]
    path = folder / "schedules.json"
    path.write_text(json.dumps({"calendars": {f"closed-{run}": {"weekdays": closed}}, "schedules": rules}))
    return str(path)


def test_policies_on_real_servers(own, tmp_path):
    """Readiness, alarm, overlap, calendar and the ends of jobs, with two schedulers."""
    own.db.schedules.delete_many({})
    file = marker_file(tmp_path, "policies")
    waits, alarm, alone, closed = (f"{name}-policies" for name in ("waits", "alarm", "alone", "closed"))
    own.stop_service("executor")  # so that jobs stay
    own.start("scheduler", JW_SCHEDULES_FILE=file)
    own.start("scheduler", JW_SCHEDULES_FILE=file)
    try:
        until(lambda: own.db.schedules.find_one({"_id": alarm})["paused"], 30, "two alarms in a row pause it")
        until(lambda: len(occurrences(own, alone)) >= 3, 20, "three due times of the one that does not overlap")
        rows = occurrences(own, alone)
        assert rows[0]["kind"] == "fired" and {row["kind"] for row in rows[1:]} == {"skipped"}
        assert rows[0]["jobId"] in rows[1]["reason"] and len(jobs_of(own, alone)) == 1

        told = [row for row in occurrences(own, alarm) if row["kind"] == "skipped"]
        assert all("was not ready by" in row["reason"] and "alarm" in row["reason"] for row in told)
        assert [row["endState"] for row in told[:2]] == ["failed", "failed"]
        job = own.db.jobs.find_one({"_id": told[0]["jobId"]})
        assert job["state"] == "failed" and job["errorCode"] == "DATA_NOT_READY"
        assert "2 jobs in a row failed" in own.db.schedules.find_one({"_id": alarm})["note"]
        assert [row["kind"] for row in occurrences(own, alarm)].count("paused") == 1

        assert occurrences(own, waits) == [] and jobs_of(own, waits) == []
        today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = today - timedelta(days=today.weekday())
        own.db.etl_runs.insert_one({"_id": f"week-{monday:%Y-%m-%d}"})
        until(lambda: len(jobs_of(own, waits)) >= 2, 30, "what waited fires")

        until(lambda: own.db.schedules.find_one({"_id": closed}).get("calendarVersion"), 10, "it follows its calendar")
        following = utc(own.db.schedules.find_one({"_id": closed})["nextFireAt"])
        assert following >= today + timedelta(days=1) and occurrences(own, closed) == []

        own.start("executor")
        first = occurrences(own, alone)[0]
        until(lambda: own.db.occurrences.find_one({"_id": first["_id"]}).get("endState") == "completed", 30, "its end")
        until(lambda: len(jobs_of(own, alone)) >= 2, 30, "it fires again when its job has ended")
    finally:
        own.stop_service("scheduler")


def examined_by(stack, command):
    """How many documents and keys the store reads for it, by its own account."""
    plan = stack.db.command("explain", command, verbosity="executionStats")["executionStats"]
    return plan["totalDocsExamined"], plan["totalKeysExamined"]


def examined(stack, collection, query, sort, limit=500):
    return examined_by(stack, {"find": collection, "filter": query, "sort": sort, "limit": limit})


def test_a_look_costs_what_is_due(own, tmp_path):
    """Of 20,000 schedules five are due: the scheduler's own questions read those, and memory and jobs do not grow."""
    own.db.schedules.delete_many({})
    own.start("scheduler", JW_SCHEDULES_FILE=schedules_file(tmp_path, "many"))
    until(lambda: occurrences(own, "interval-many"), 20, "it fires")
    own.stop_service("scheduler")
    model = own.db.schedules.find_one({"_id": "interval-many"})
    now = datetime.now(timezone.utc)
    far = now + timedelta(days=300)
    own.db.schedules.delete_many({})
    own.db.schedules.insert_many(
        [
            model | {"_id": f"far-{n}", "source": "api", "intervalMs": 31536000000, "nextFireAt": far + timedelta(seconds=n),
                     "wakeAt": far + timedelta(seconds=n), "pendingFires": []}
            for n in range(20000)
        ]
    )
    soon = [f"soon-{n}" for n in range(5)]
    own.db.schedules.insert_many(
        [
            model | {"_id": name, "source": "api", "intervalMs": 86400000, "nextFireAt": now, "wakeAt": now, "pendingFires": []}
            for name in soon
        ]
    )
    due = {"paused": False, "wakeAt": {"$gte": datetime(1, 1, 1), "$lte": now + timedelta(seconds=1)}}
    docs, keys = examined(own, "schedules", due, {"wakeAt": 1, "_id": 1})
    assert docs <= 5 and keys <= 10
    nearest = {"paused": False, "wakeAt": {"$gt": now + timedelta(seconds=1)}}
    assert examined(own, "schedules", nearest, {"wakeAt": 1, "_id": 1}, 1)[0] <= 1
    pending = {"pendingFires.due": {"$gt": datetime(1, 1, 1)}, "lookAt": {"$lte": now}}
    assert examined(own, "schedules", pending, {"_id": 1})[0] == 0
    assert examined(own, "schedules", {"past.wakeAt": {"$lte": now}}, {"_id": 1})[0] == 0
    same = {"_id": {"$in": soon}, "paused": False, "nextFireAt": now, "ruleHash": {"$in": [model["ruleHash"]]}}
    finish = {"_id": {"$in": soon}, "pendingFires.key": "round"}
    for query, change in ((same, {"$set": {"lookAt": now}}), (finish, {"$pull": {"pendingFires": {"key": "round"}}})):
        one = {"update": "schedules", "updates": [{"q": query, "u": change, "multi": True}]}
        docs, keys = examined_by(own, one)  # the decisions of many, and their end
        assert docs <= 5 and keys <= 15
    live = {"scheduleId": "soon-1", "state": {"$in": ["scheduled", "pending", "running", "cancelling"]}}
    assert examined(own, "jobs", live, {"_id": 1})[0] <= len(jobs_of(own, "soon-1"))
    ended = {"state": {"$in": ["completed", "failed", "cancelled"]}, "ledgerPending": True}
    waiting = own.db.jobs.count_documents(ended)
    assert examined(own, "jobs", ended, {"updatedAt": 1, "_id": 1}, 500)[0] <= waiting

    scheduler = own.start("scheduler")
    until(lambda: all(jobs_of(own, name) for name in soon), 60, "what is due fires")
    own.stop_service("scheduler")
    assert scheduler.process.returncode == 0
    assert own.db.occurrences.count_documents({"scheduleId": {"$regex": "^far-"}}) == 0
