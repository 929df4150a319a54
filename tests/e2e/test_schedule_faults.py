"""Schedulers that are killed, stopped, lose their servers or have their clocks set, and deletions that race a fire: the ledger
is what an enumeration of the due times says, each due time has the job that its row tells of, and nothing comes after a
confirmed deletion.

`make test` does one round, `make schedule-faults` ROUNDS of them, and prints a row of a table for each.
"""

import collections
import concurrent.futures
import contextlib
import json
import os
import random
import threading
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pymongo
import pytest

from faketime import FakeTime, forget
from servers import OwnServer
from stack import Stack, crash_points, weekly
from wait import until

API = "/api/v1alpha1/jobs"
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRES = {"fired", "late", "caught_up"}
JOB = {"kind": "report"} | weekly(format="csv", parameters={"period": {"type": "weekly"}})
HOUR = 3600
OF_A_CHANGE = "sch_before_past"  # passed only after a change of a rule


def now():
    return datetime.now(timezone.utc)


# The rules of a round, and when each is due, as docs/due-times.md says it: second by second, without any code of ours.

def every(n, anchor=EPOCH):
    return lambda at: at >= anchor and int((at - anchor).total_seconds()) % n == 0


def local_seconds(zone, wanted):
    return lambda at: at.astimezone(ZoneInfo(zone)).second in wanted


Rule = collections.namedtuple("Rule", "members due kinds jobs", defaults=[None])


def rules(begin):
    anchor = begin - timedelta(seconds=1001)
    grace = {"misfire_grace": "2s"}
    cron = {"type": "cron", "cron": "*/2 * * * * *"}
    return {  # jobs: how many there are, where that does not hang on the faults
        "all": Rule({"trigger": {"type": "interval", "every": "1s"}, "misfire": "fire_all"} | grace, every(1), FIRES),
        "wide": Rule({"trigger": cron, "time_zone": "Europe/Istanbul", "misfire": "fire_all", "misfire_grace": "1h"},
                     local_seconds("Europe/Istanbul", range(0, 60, 2)), {"fired"}),
        "once": Rule({"trigger": cron, "time_zone": "Asia/Kathmandu", "misfire": "fire_once"} | grace,
                     local_seconds("Asia/Kathmandu", range(0, 60, 2)), FIRES | {"coalesced"}),
        "skip": Rule({"trigger": {"type": "interval", "every": "2s", "anchor": stamp(anchor)}, "misfire": "skip"} | grace,
                     every(2, anchor), {"fired", "late", "skipped"}),
        "overlap": Rule({"trigger": cron | {"cron": "1-59/3 * * * * *"}, "misfire": "fire_all", "overlap": "skip"} | grace,
                        local_seconds("UTC", range(1, 60, 3)), FIRES | {"skipped"}, 1),
    }


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def due_times(rule, begin, end):
    """Of [begin, end]; both are whole seconds."""
    seconds = int((end - begin).total_seconds())
    return [at for at in (begin + n * SECOND for n in range(seconds + 1)) if rule.due(at)]


class Watch:
    """Looks all the while, by the right clock, whether anything stands in the ledger before it is due."""

    def __init__(self, stack, ids):
        self.uri, self.database, self.ids = stack.mongodb_uri, stack.database, ids
        self.early, self.looks, self.over = set(), 0, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        with pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=500, tz_aware=True) as client:
            rows = client[self.database].occurrences
            while not self.over.wait(0.05):
                with contextlib.suppress(pymongo.errors.PyMongoError):
                    found = list(rows.find({"scheduleId": {"$in": self.ids}, "dueAt": {"$gt": now()}}))
                    self.looks += 1
                    self.early |= {(row["scheduleId"], row["dueAt"]) for row in found if row["dueAt"] > now()}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class Round:
    """One round of faults, in an order of its own; the seed repeats it."""

    def __init__(self, world, number, seed, folder):
        self.world, self.stack, self.number, self.folder = world, world.stack, number, folder
        self.random = random.Random(seed)
        self.helper = concurrent.futures.ThreadPoolExecutor(1)
        self.file = folder / "schedules.json"
        self.clock = FakeTime(folder)
        self.deleted = []  # (id, when it began, its jobs when its deletion was confirmed, when that was)
        self.faults = []
        self.problems = []
        self.count = collections.Counter()

    # What it is made of

    def begin_at(self, begin):
        self.begin, self.rules = begin, rules(begin)
        self.id_of = {name: f"{name}-{self.number}-{begin:%M%S}" for name in self.rules}
        self.file.write_text(json.dumps({"schedules": [
            {"id": self.id_of[name], "start": stamp(begin), "job": JOB} | rule.members for name, rule in self.rules.items()
        ]}))

    def start_gateway(self):
        """Its clock is an hour off, which is nothing to those that it makes schedules for."""
        folder = self.folder / "gateway"
        folder.mkdir()
        clock = FakeTime(folder, "gateway")
        clock.jump(self.random.choice([HOUR, -HOUR]))
        self.gateway = self.stack.start("gateway", **clock.env)

    def start_both(self):
        """The first has stored the schedules before the first of them is due."""
        for lead in (3, 10, 30):
            self.begin_at(now().replace(microsecond=0) + lead * SECOND)
            self.first = self.start(**self.clock.env)
            if now() < self.begin:
                break
            self.first.stop()
        self.second = self.start()

    def start(self, **extra):
        return self.stack.start("scheduler", JW_SCHEDULES_FILE=str(self.file), **extra)

    def rows(self, schedule):
        query = {"scheduleId": schedule, "kind": {"$nin": ["paused", "resumed"]}}
        return list(self.stack.db.occurrences.find(query).sort("dueAt", 1))

    def due(self, schedule):
        return [utc(row["dueAt"]) for row in self.rows(schedule)]

    def jobs(self, schedule):
        return list(self.stack.db.jobs.find({"source": f"schedule:{schedule}"}, {"scheduledFor": 1}))

    def reached(self, at, names):
        return all(
            self.stack.db.occurrences.find_one({"scheduleId": self.id_of[name], "dueAt": {"$gte": at}}) for name in names
        )

    def goes_on(self, what):
        """What is due each second is in the ledger with a due time since then."""
        at = now()
        until(lambda: self.reached(at, ["all"]), 60, f"{what}: it goes on")

    def passes(self, seconds):
        """Due times pass: what nobody does cannot be waited for."""
        end = now() + timedelta(seconds=seconds)
        until(lambda: now() > end, seconds + 5, "the time passes")

    # The faults

    def crash(self, point):
        """kill -9 at that step; nobody else is there to take it over until it is dead."""
        for each in (self.first, self.second):
            each.freeze()
        nth = self.random.randint(1, 3)
        self.stack.start("scheduler", wait=False, JW_SCHEDULES_FILE=str(self.file), JW_CRASH_AT=f"{point}:{nth}").wait_crash(60)
        for each in (self.first, self.second):
            each.thaw()
        self.goes_on(f"after {point}:{nth}")

    def one_is_stopped(self):
        """At some moment, over due times of all; then it goes on where it was."""
        time.sleep(self.random.random())
        self.first.freeze()
        self.goes_on("one is stopped")
        self.first.thaw()

    def all_are_gone(self):
        """One is killed, the other stopped; the killed one comes back first or last."""
        self.first.freeze()
        self.second.kill()
        self.passes(3)
        early = self.random.random() < 0.5
        if early:
            self.second = self.start()
        self.first.thaw()
        if not early:
            self.second = self.start()
        self.goes_on("both are back")

    def database_is_away(self):
        self.world.mongodb.kill()
        self.passes(3)
        self.world.mongodb.start()
        self.world.mongodb.wait_mongodb()
        self.goes_on("the database is back")

    def database_is_stopped(self):
        """What was sent to it is done when it goes on."""
        time.sleep(self.random.random())
        self.world.mongodb.freeze()
        self.passes(2.5)
        self.world.mongodb.thaw()
        self.goes_on("the database goes on")

    def broker_is_away(self):
        """Jobs are made all the same, and their commands wait."""
        self.world.kafka.kill()
        self.goes_on("without the broker")
        self.broker_back = self.helper.submit(self.world.kafka.start)

    def clock_is_set(self):
        """An hour ahead, an hour behind, right again: alone, and beside one whose clock is right."""
        for seconds in self.random.sample([HOUR, -HOUR], 2):
            self.clock.jump(seconds)
            alone = self.random.random() < 0.5
            if alone:
                self.second.freeze()
            self.goes_on(f"a clock is off by {seconds} s")
            self.second.thaw()
        self.clock.jump(0)
        self.goes_on("the clock is right again")

    def fires_each_second(self, name):
        """A schedule of the API, and its first due time."""
        for lead in (2, 10, 30):  # it is there before it is due
            schedule, begin = f"{name}-{self.number}-{lead}", now().replace(microsecond=0) + lead * SECOND
            body = {"trigger": {"type": "interval", "every": "1s"}, "misfire": "fire_all", "start": stamp(begin), "job": JOB}
            made = self.world.api.request("PUT", f"{API}/{schedule}", json=body)
            assert made.status_code == 201, made.text
            if now() < begin:
                break
            self.world.api.request("DELETE", f"{API}/{schedule}")
        until(lambda: self.rows(schedule), 60, f"{schedule} fires")
        return schedule, begin

    def change(self):
        """Of a rule while nobody decides; who first decides what was due by the old one is killed at it."""
        schedule, begin = self.fires_each_second("changed")
        for each in (self.first, self.second):
            each.freeze()
        self.passes(2)
        changed = self.world.api.request("PATCH", f"{API}/{schedule}", json={"end": "2100-01-01T00:00:00Z"})
        assert changed.status_code == 200, changed.text
        self.stack.start(
            "scheduler", wait=False, JW_SCHEDULES_FILE=str(self.file), JW_CRASH_AT=f"{OF_A_CHANGE}:1"
        ).wait_crash(60)
        for each in (self.first, self.second):
            each.thaw()
        at = now()
        until(lambda: self.due(schedule)[-1] >= at, 60, f"{schedule} goes on")
        due = self.due(schedule)
        if due != [begin + n * SECOND for n in range(len(due))]:
            self.problems.append(f"{schedule}: its ledger has {due}")
        self.world.api.request("DELETE", f"{API}/{schedule}")

    def deletion(self, how):
        """Of a schedule that is due each second, at about the moment that it fires."""
        schedule, begin = self.fires_each_second(f"gone-{how}")
        if how == "crashed":  # by one that died in the middle
            for each in (self.first, self.second):
                each.freeze()
            point = self.random.choice(["sch_before_row", "sch_before_job", "sch_after_job"])
            self.stack.start("scheduler", wait=False, JW_SCHEDULES_FILE=str(self.file), JW_CRASH_AT=f"{point}:2").wait_crash(60)
        time.sleep(1 - now().microsecond / 1e6 + self.random.uniform(-0.01, 0.06))
        if how == "stopped":
            self.first.freeze()
        gone = self.world.api.request("DELETE", f"{API}/{schedule}")
        assert gone.status_code == 200, gone.text
        confirmed = now()
        self.deleted.append((schedule, begin, {job["_id"] for job in self.jobs(schedule)}, confirmed))
        for each in (self.first, self.second):
            each.thaw()
        self.goes_on(f"{schedule} is deleted")

    def run(self):
        points = [point for point in crash_points("scheduler") if not point.endswith("_command")]  # test_schedule_commands.py
        faults = [(point, lambda p=point: self.crash(p)) for point in points if point != OF_A_CHANGE]
        faults += [("change", self.change)]
        faults += [(f"deletion {how}", lambda h=how: self.deletion(h)) for how in ("plain", "stopped", "crashed")]
        faults += [("stop", self.one_is_stopped), ("nobody", self.all_are_gone), ("clock", self.clock_is_set)]
        faults += [("database", self.database_is_away), ("database stopped", self.database_is_stopped)]
        faults += [("broker", self.broker_is_away)]
        self.random.shuffle(faults)
        self.faults = [name for name, _ in faults]
        self.start_gateway()
        self.start_both()
        try:
            with Watch(self.stack, list(self.id_of.values())) as watch:
                self.goes_on("both fire")
                for _, fault in faults:
                    fault()
                # Until here it counts: all that was due by now is in the ledger, and carried out.
                self.end = now().replace(microsecond=0)
                until(lambda: self.reached(self.end + SECOND, self.rules), 60, "all is caught up")
                until(self.carried_out, 60, "all is carried out")
            self.broker_back.result()
        finally:
            for service, process in (("scheduler", self.first), ("gateway", self.gateway)):
                self.stack.stop_service(service)
                forget(process.pid)
        if watch.early or watch.looks == 0:
            self.problems.append(f"before it was due: {sorted(watch.early)} ({watch.looks} looks)")
        self.count["early"] = len(watch.early)

    def carried_out(self):
        pending = {"pendingFires": {"$elemMatch": {"due": {"$lte": self.end}}}}
        return self.stack.db.schedules.count_documents({"_id": {"$in": list(self.id_of.values())}} | pending) == 0

    # What must be true of the end

    def check(self):
        for name, rule in self.rules.items():
            self.check_schedule(self.id_of[name], rule)
        for each in self.deleted:
            self.check_deleted(*each)
        self.stack.db.schedules.delete_many({})

    def check_schedule(self, schedule, rule):
        wanted = due_times(rule, self.begin, self.end)
        rows = [row for row in self.rows(schedule) if utc(row["dueAt"]) <= self.end]
        self.compare(schedule, wanted, rows, self.end)
        kinds = [row["kind"] for row in rows]
        self.count.update(kinds)
        if set(kinds) - rule.kinds:
            self.problems.append(f"{schedule}: {set(kinds) - rule.kinds} of {rule.members}")
        if rule.jobs is not None and sum(kind in FIRES for kind in kinds) != rule.jobs:
            self.problems.append(f"{schedule}: {kinds} are not {rule.jobs} jobs")
        if kinds and kinds[-1] == "coalesced" and not any(row["kind"] in FIRES for row in self.rows(schedule)[len(rows):]):
            self.problems.append(f"{schedule}: nothing stands for what was coalesced")
        if any(utc(row["decidedAt"]) < utc(row["dueAt"]) for row in rows):
            self.problems.append(f"{schedule}: decided before it was due")

    def compare(self, schedule, wanted, rows, last):
        """The ledger and the jobs, until the last, with the due times that there are."""
        found = collections.Counter(utc(row["dueAt"]) for row in rows)
        missing, more = set(wanted) - set(found), set(found) - set(wanted)
        jobs = [job for job in self.jobs(schedule) if utc(job["scheduledFor"]) <= last]
        made = collections.Counter(utc(job["scheduledFor"]) for job in jobs)
        doubles = [at for at, n in (found + made).items() if found[at] > 1 or made[at] > 1]
        told = {row["jobId"] for row in rows if row["kind"] in FIRES}
        lost = told - {job["_id"] for job in jobs}
        untold = {job["_id"] for job in jobs} - told
        self.count.update(due=len(wanted), doubles=len(doubles) + len(more) + len(untold), losses=len(missing) + len(lost))
        for what, which in (("not in the ledger", missing), ("never due", more), ("twice", doubles), ("without its job", lost),
                            ("a job without its row", untold)):
            if which:
                self.problems.append(f"{schedule}: {what}: {sorted(map(str, which))}")

    def check_deleted(self, schedule, begin, jobs_then, confirmed):
        rows = self.rows(schedule)
        jobs_now = {job["_id"] for job in self.jobs(schedule)}
        if jobs_now - jobs_then:
            self.problems.append(f"{schedule}: made after its deletion was confirmed: {sorted(jobs_now - jobs_then)}")
        last = utc(rows[-1]["dueAt"])
        if last > confirmed:
            self.problems.append(f"{schedule}: due at {last}, deleted at {confirmed}")
        seconds = int((last - begin).total_seconds())
        self.compare(schedule, [begin + n * SECOND for n in range(seconds + 1)], rows, datetime.max.replace(tzinfo=timezone.utc))
        self.count.update(row["kind"] for row in rows)
        if self.stack.db.schedules.find_one({"_id": schedule, "pendingFires.0": {"$exists": True}}):
            self.problems.append(f"{schedule}: decisions are left")

    def row(self):
        names = ("due", "fired", "late", "caught_up", "coalesced", "skipped", "doubles", "losses", "early")
        return f"{self.number:>5}  " + "  ".join(f"{self.count[name]:>9}" for name in names) + "  " + ", ".join(self.faults)


HEAD = "round  " + "  ".join(
    f"{name:>9}" for name in ("due times", "fired", "late", "caught up", "coalesced", "skipped", "doubles", "losses", "early")
) + "  faults in their order"


def utc(value):
    return value.replace(tzinfo=timezone.utc)


class World:
    """What all rounds share: servers of their own, which they kill."""

    def __init__(self, mongodb, kafka, stack):
        self.mongodb, self.kafka, self.stack = mongodb, kafka, stack
        self.api = stack.keyed(stack.api_key("admin"))


@pytest.fixture(scope="module")
def world():
    with OwnServer("mongodb", "schedule-faults-mongodb") as mongodb, OwnServer("kafka", "schedule-faults-kafka") as kafka:
        servers = {"mongodb_uri": mongodb.mongodb_uri, "kafka_brokers": kafka.brokers, "smtp_url": "smtp://127.0.0.1:1"}
        with Stack("schedule-faults", **servers) as stack:
            stack.create_topics()
            yield World(mongodb, kafka, stack)


def test_a_clock_that_is_set_is_told_of(world, tmp_path):
    """By readiness and by a metric. That librdkafka waits for an hour once a clock was set back holds up no end."""
    clock = FakeTime(tmp_path, waits=True)
    scheduler = world.stack.start("scheduler", **clock.env)

    def ahead():
        lines = scheduler.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("jobwire_clock_ahead_seconds "))

    def check():
        return scheduler.get("/readyz").json()["checks"]["clock"]["status"]

    try:
        until(lambda: check() == "ok", 20, "its clock is right")
        for seconds in (HOUR, -HOUR):
            clock.jump(seconds)
            until(lambda: check() == "failed" and scheduler.get("/readyz").json()["status"] == "degraded", 20, "it is told of")
            until(lambda s=seconds: abs(ahead() - s) < 60, 20, "how far it is off")
            told = scheduler.records("check_failed", check="clock")[-1]["cause"]
            assert ("ahead of" if seconds > 0 else "behind") in told and "NTP" in told
            clock.jump(0)
            until(lambda: check() == "ok", 20, "its clock is right again")
    finally:
        scheduler.stop()
        forget(scheduler.pid)


def test_the_ledger_is_the_enumeration(world, tmp_path, capsys):
    first_seed = int(os.environ.get("JW_FAULT_SEED", random.randrange(1 << 30)))
    rounds = int(os.environ.get("JW_FAULT_ROUNDS", "1"))
    problems = []

    def tell(text):
        with capsys.disabled():
            print(text, flush=True)

    tell(f"\nseed {first_seed}\n{HEAD}")
    for number in range(1, rounds + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        begun = time.monotonic()
        each = Round(world, number, first_seed + number - 1, folder)
        each.run()
        each.check()
        tell(f"{each.row()}  {time.monotonic() - begun:.0f} s")
        problems += [f"round {number}, JW_FAULT_SEED={first_seed + number - 1}: {problem}" for problem in each.problems]
    assert not problems, "\n".join(problems)
