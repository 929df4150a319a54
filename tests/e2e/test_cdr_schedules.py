"""The schedules that come with Jobwire: paused until somebody resumes them, then a mail with the period before, and never
overwritten."""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from stack import TOP, Stack
from test_seed_001 import JOBS
from wait import until

ZONE = ZoneInfo("Europe/Istanbul")
PEOPLE = ("finance@example.com", "ops@example.com")
NOW = datetime.now(ZONE)
MONDAY = (NOW - timedelta(hours=2)).replace(hour=0, minute=0, second=0, microsecond=0)  # the last whose 02:00 is over
MONDAY -= timedelta(days=MONDAY.weekday())
FIRST = (NOW - timedelta(hours=2)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
HEAD = "uniqueid,start,src,dst,queue,agent,accountcode,disposition,wait,billsec"


def call(number, start, disposition="ANSWERED", wait=10, talk=100):
    return f"{number},{start:%Y-%m-%dT%H:%M:%S%z},1,2,Support,Ada,support,{disposition},{wait},{talk}"


def calls(end, start):
    """Four of the period [start, end), at its very ends too, and two just outside."""
    inside, second = start + timedelta(hours=14, minutes=30), timedelta(seconds=1)
    name = f"{start:%Y%m%d}-{end:%Y%m%d}"
    return [
        call(f"{name}-1", start, wait=20, talk=300), call(f"{name}-2", inside, wait=31, talk=201),
        call(f"{name}-3", inside + second, "ABANDONED", talk=0), call(f"{name}-4", end - second, "NO ANSWER", talk=0),
        call(f"{name}-5", start - second), call(f"{name}-6", end),
    ]


@pytest.fixture(scope="module")
def own(mails, tmp_path_factory):
    env = {
        "all": {"JW_REPORTS_TIME_ZONE": "Europe/Istanbul", "JW_EMAIL_REPORT_RECIPIENTS": ", ".join(PEOPLE)},
        "scheduler": {"JW_SHIPPED_SCHEDULES": "true"},
    }
    with Stack("cdr-schedules", smtp_url=mails.url, env=env) as stack:
        stack.start_all()
        yield stack


@pytest.fixture(scope="module")
def admin(own):
    return own.keyed(own.api_key("admin", "cdr"))


def shown(admin, name):
    answer = admin.get(f"{JOBS}/{name}")
    return answer.json()["data"]["job"] if answer.status_code == 200 else None


def test_they_come_paused(own, admin):
    for name, cron in (("cdr-weekly", "0 2 * * MON"), ("cdr-monthly", "0 2 1 * *")):
        job = until(lambda name=name: shown(admin, name), 15, f"the schedule {name}")
        assert job["paused"] and job["next_run_time"] is None
        assert (job["trigger_type"], job["trigger_details"], job["time_zone"]) == ("cron", cron, "Europe/Istanbul")
        assert job["job"]["delivery"] == {"recipients": list(PEOPLE)}
        assert job["job"]["parameters"] == {"edition": {"cdr-weekly": "Weekly", "cdr-monthly": "Monthly"}[name]}


def due(stack, name, time):
    """As if that time had come while nobody looked."""
    when = time.astimezone(timezone.utc)
    stack.db.schedules.update_one({"_id": name}, {"$set": {"nextFireAt": when, "wakeAt": when}})


@pytest.mark.parametrize("edition", ("Weekly", "Monthly"))
def test_one_that_is_resumed_sends_its_report(own, admin, mails, tmp_path, edition):
    if edition == "Weekly":
        start, end = MONDAY - timedelta(days=7), MONDAY
        own.jobctl("schedule", "resume", "cdr-weekly", JW_GATEWAY_URL=f"http://127.0.0.1:{own.gateway_port}",
                   JW_API_KEY=own.api_key("admin", "jobctl"))
    else:
        start, end = (FIRST - timedelta(days=1)).replace(day=1), FIRST
        answer = admin.request("PATCH", f"{JOBS}/cdr-monthly", json={"paused": False})
        assert answer.status_code == 200, answer.text
    name = f"cdr-{edition.lower()}"
    following = datetime.fromisoformat(shown(admin, name)["next_run_time"]).astimezone(ZONE)
    assert following > NOW and following.hour == 2
    assert following.weekday() == 0 if edition == "Weekly" else following.day == 1
    csv = tmp_path / "calls.csv"
    csv.write_text("\n".join([HEAD, *calls(end, start)]) + "\n")
    own.db.call_records.delete_many({})
    own.import_csv(csv, TOP / "schemas/mappings/cdr.json")
    due(own, name, end.replace(hour=2))
    last = end - timedelta(days=1)
    file_name = f"CDR_{edition}_Report_{start:%Y-%m-%d}_{last:%Y-%m-%d}.xlsx"
    for who in PEOPLE:
        found = until(
            lambda who=who: [one for one in mails.received(who) if one.attachment() and one.attachment()[0] == file_name],
            40, f"the {edition} report at {who}",
        )
        assert len(found) == 1
        plain = found[0].body("plain")
        for label, text in (
            ("Total calls", "4"), ("Answered calls", "2"), ("Missed calls", "1"), ("Abandoned calls", "1"),
            ("Answer rate", "50.00 %"), ("Average call duration", "250.5 s"), ("Average wait time", "25.5 s"),
            ("Peak hour", "14:00"), ("Calls in the peak hour", "2"),
        ):
            assert any(line.split() == [*label.split(), *text.split()] for line in plain.splitlines()), (label, plain)
    jobs = list(own.db.jobs.find({"scheduleId": name}))
    assert [(job["edition"], job["artifact"]["fileName"]) for job in jobs] == [(edition, file_name)]
    assert shown(admin, name)["next_run_time"] is not None


def test_what_was_changed_is_not_overwritten(own, admin, tmp_path):
    """Another start, with other recipients; the file of schedules may take one over."""
    answer = admin.request("DELETE", f"{JOBS}/cdr-monthly")
    assert answer.status_code == 200
    before = shown(admin, "cdr-weekly")
    assert not before["paused"]
    own.stop_service("scheduler")
    second = own.start("scheduler", JW_EMAIL_REPORT_RECIPIENTS="other@example.com")
    assert until(lambda: second.records("shipped_schedules"), 15, "a look at what is there")[0]["written"] == 0
    for name in ("cdr-weekly", "cdr-monthly"):
        job = shown(admin, name)
        assert (job is None) if name == "cdr-monthly" else job["job"] == before["job"] and not job["paused"]
    own.stop_service("scheduler")
    entry = {"id": "cdr-weekly", "trigger": {"type": "cron", "cron": "0 7 * * MON"}, "job": before["job"]}
    (tmp_path / "schedules.json").write_text(json.dumps({"schedules": [entry]}))
    own.start("scheduler", JW_SCHEDULES_FILE=str(tmp_path / "schedules.json"))
    assert shown(admin, "cdr-weekly")["trigger_details"] == "0 7 * * MON"
    assert own.db.schedules.find_one({"_id": "cdr-weekly"})["source"] == "file"
