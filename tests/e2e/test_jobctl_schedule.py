"""jobctl schedule and calendar as people and scripts use them, against the running services: what each says, and does."""
import json
import os
import pty
import re
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from stack import clean_env, everything, program, weekly
from test_seed_001 import JOBS
from wait import until

NEXT_YEAR = datetime.now(timezone.utc).year + 1
NEW_YEAR = rf"{datetime(NEXT_YEAR, 1, 1):%a} {NEXT_YEAR}-01-01"
YEARLY = {"type": "cron", "cron": "0 3 1 1 *"}
JOB = {"kind": "report"} | weekly(format="csv", parameters={"period": {"type": "weekly"}})


@pytest.fixture(scope="module")
def key(stack):
    return stack.api_key("admin", "jobctl")


@pytest.fixture(scope="module")
def admin(stack, key):
    return stack.keyed(key)


def command(stack, key, name):
    url = f"http://127.0.0.1:{stack.gateway_port}"

    def run(*arguments, ends=0, **env):
        env = {"JW_GATEWAY_URL": url, "JW_API_KEY": key, "TZ": "Asia/Kolkata"} | env
        done = stack.jobctl(name, *arguments, check=False, **env)
        assert done.returncode == ends, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    return run


@pytest.fixture(scope="module")
def schedule(stack, key):
    return command(stack, key, "schedule")


@pytest.fixture(scope="module")
def calendar(stack, key):
    return command(stack, key, "calendar")


def shown(admin, name):
    answer = admin.get(f"{JOBS}/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["job"]


def file_of(stack, content, name="schedules.json"):
    path = stack.temp / name
    path.write_text(json.dumps(content))
    return path


def made(admin, name, **more):
    body = {"trigger": YEARLY, "job": JOB} | more
    assert admin.request("PUT", f"{JOBS}/{name}", json=body).status_code in (200, 201)


def test_a_schedule_is_made_of_options(schedule, admin):
    said = schedule(
        "create", "by-hand", "--cron", "0 9 * * 1", "--zone", "Europe/Berlin", "--overlap", "skip", "--gap", "skip", "--start",
        "2026-12-01 08:00", "--name", "By hand", "--type", "call-records", "--parameters", '{"period": {"type": "weekly"}}',
        "--format", "csv", "--recipient", "a@example.com,b@example.com", "--priority", "low",
    ).stdout
    assert re.match(r"created    by-hand; next Mon \d{4}-\d\d-\d\d 09:00:00 CES?T, in [\w ]+\n", said)
    assert "Note  CRON_WEEKDAY_NUMBERS: " in said
    job = shown(admin, "by-hand")
    assert job["trigger"] == {"type": "cron", "cron": "0 9 * * 1"} and job["time_zone"] == "Europe/Berlin"
    assert job["overlap"] == "skip" and job["dst"] == {"gap": "skip"} and job["start"] == "2026-12-01T07:00:00Z"
    assert job["job"] == {
        "name": "By hand", "reportType": "call-records", "parameters": {"period": {"type": "weekly"}},
        "output": {"format": "csv"}, "delivery": {"recipients": ["a@example.com", "b@example.com"]}, "priority": "low",
    }
    assert "409: Job 'by-hand' exists" in schedule("create", "by-hand", "--every", "1h", "--name", "x", ends=1).stderr
    again = schedule("create", "by-hand-2", "--every", "1h", "--name", "x", "--type", "call-records", ends=1).stderr
    assert "/job/parameters: is required" in again and "/job/output" in again


def test_a_schedule_is_made_of_a_file_and_options_over_it(stack, schedule, admin):
    path = file_of(stack, {"id": "of-file", "trigger": {"type": "interval", "every": "1h"}, "job": JOB}, "one.json")
    dry = schedule("create", "-f", path, "--dry-run", "--cron", "@daily").stdout
    assert dry.startswith("created    of-file; dry run, nothing is changed\nDUE ") and dry.count(" 00:00:00 UTC") == 10
    assert admin.get(f"{JOBS}/of-file").status_code == 404
    for _ in range(2):  # the key says that it is the same request
        assert "created    of-file; it is paused: later" in schedule(
            "create", "-f", path, "--cron", "@daily", "--paused", "--note", "later", "--key", "k-1").stdout
    job = shown(admin, "of-file")
    assert job["trigger"] == {"type": "cron", "cron": "@daily"} and job["paused"] and job["note"] == "later"
    assert "409: Job 'of-file' exists" in schedule("create", "-f", path, ends=1).stderr


def test_due_times_are_previewed_with_what_the_clock_does(schedule, admin):
    last = datetime(NEXT_YEAR, 3, 31)
    spring = last - timedelta(days=(last.weekday() + 1) % 7)  # the last Sunday of March
    rule = ("preview", "--cron", "30 2 * * SUN", "--zone", "Europe/Berlin", "--start", f"{spring - timedelta(days=8):%Y-%m-%d}")
    said = schedule(*rule).stdout
    head, *lines = said.splitlines()
    assert head.split() == ["DUE", "IN"] and lines[0].startswith(f"Sun {spring - timedelta(days=7):%Y-%m-%d} 02:30:00 CET")
    assert lines[1].startswith(f"Sun {spring:%Y-%m-%d} 03:00:00 CEST")
    assert sum(line.startswith("Sun ") for line in lines) == 10
    assert f"Note  DST_MOVED: {spring:%Y-%m-%d} 02:30 does not exist in Europe/Berlin" in said
    skipped = schedule(*rule, "--gap", "skip").stdout.splitlines()
    assert skipped[2].startswith(f"Sun {spring + timedelta(days=7):%Y-%m-%d} 02:30:00 CEST")
    data = json.loads(schedule("preview", "--every", "1h", "-o", "json").stdout)
    assert len(data["next_run_times"]) == 10
    wrong = schedule("preview", "--cron", "0 0 30 2 *", ends=1).stderr
    assert "/trigger/cron: " in wrong and "the gateway answered 400" in wrong
    assert "choose: --cron, --every or --at" in schedule("preview", "--cron", "@daily", "--every", "1h", ends=64).stderr
    made(admin, "previewed", time_zone="Asia/Tokyo")
    assert schedule("preview", "previewed").stdout.splitlines()[1].split()[1:4] == [f"{NEXT_YEAR}-01-01", "03:00:00", "JST"]
    assert schedule("preview", "previewed", "--every", "1h").stdout.splitlines()[1].split()[3] == "JST"
    assert shown(admin, "previewed")["trigger"] == YEARLY


def test_a_pause_has_a_note_and_ends(schedule, admin):
    made(admin, "pausing")
    assert schedule("pause", "pausing", "--note", "moving").stdout == "paused     pausing; it is paused: moving\n"
    job = shown(admin, "pausing")
    assert job["paused"] and job["note"] == "moving"
    listed = schedule("list", "-n", "1000", "-o", "wide").stdout.splitlines()
    line = next(line for line in listed if line.startswith("pausing "))
    assert listed[0].split()[:4] == ["ID", "TRIGGER", "DETAILS", "STATE"] and " paused " in line and line.endswith("moving")
    assert "State       paused\nNote        moving\n" in schedule("get", "pausing").stdout
    assert schedule("resume", "pausing").stdout.startswith(f"resumed    pausing; next {NEW_YEAR} 03:00:00 UTC, in ")
    assert not shown(admin, "pausing")["paused"]
    assert "404: Job 'nothing' not found" in schedule("pause", "nothing", ends=1).stderr


def test_the_list_is_in_pages_and_says_what_is_not_shown(schedule, admin):
    made(admin, "aa-1")
    made(admin, "aa-2")
    first = schedule("list", "-n", "1")
    assert len(first.stdout.splitlines()) == 2 and "more with --limit N" in first.stderr
    whole = json.loads(schedule("list", "-n", "1000", "-o", "json").stdout)
    assert [job["id"] for job in whole] == [job["id"] for job in admin.get(JOBS).json()["data"]["jobs"]]
    assert {tuple(job) for job in whole} == {("id", "next_run_time", "trigger_details", "trigger_type")}
    line = next(line for line in schedule("list", "-n", "1000").stdout.splitlines() if line.startswith("aa-1 "))
    assert re.search(rf"  0 3 1 1 \*  active  {NEW_YEAR} 08:30:00 IST  in \d+ \w+( \d+ min)?$", re.sub(" {3,}", "  ", line))


def test_a_run_is_waited_for_and_is_an_occurrence(schedule, admin):
    made(admin, "running", paused=True, job={"kind": "report"} | everything())
    row = json.loads(schedule("run", "running", "--wait", "--timeout", "60", "-o", "json").stdout)
    assert row["status"] == "fired" and row["job_status"] == "completed" and row["id"] == row["job_id"]
    said = schedule("run", "running", "--wait").stdout
    assert re.match(r"Job     [0-9a-f-]{36}\nStatus  completed\nEnded   \d{4}-", said)
    runs = {schedule("run", "running", "--key", "once").stdout for _ in range(2)}
    assert len(runs) == 1
    until(lambda: len(json.loads(schedule("occurrences", "running", "-o", "json").stdout)) == 3, 20, "all runs are there")
    assert shown(admin, "running")["paused"]
    assert "404" in schedule("run", "nothing", ends=1).stderr
    assert "--wait, which is not given" in schedule("run", "running", "--timeout", "5", ends=64).stderr


def test_a_backfill_makes_the_jobs_of_a_range(schedule, admin):
    made(admin, "filled", trigger={"type": "cron", "cron": "0 2 * * *"})
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    since, before = (today - timedelta(days=4)).strftime("%Y-%m-%dT00:00:00Z"), today.strftime("%Y-%m-%dT00:00:00Z")
    said = schedule("backfill", "filled", "--from", since, "--to", before).stdout
    assert re.match(r"backfill   filled: 4 due times from \w{3} \d{4}-\d\d-\d\d 05:30:00 IST to before ", said)

    def rows(*more):
        return json.loads(schedule("occurrences", "filled", "-o", "json", *more).stdout)

    until(lambda: len(rows()) == 4, 20, "all are decided")
    dues = [row["due_time"] for row in rows()]
    assert dues == sorted(dues, reverse=True) and {row["status"] for row in rows()} == {"caught_up"}
    assert [row["due_time"] for row in rows("--since", dues[2])] == dues[:3]
    assert [row["due_time"] for row in rows("--until", dues[1])] == dues[2:]
    assert rows("--since", "1d") == [row for row in rows() if row["due_time"] > (
        datetime.now(timezone.utc) - timedelta(days=1)).isoformat()]
    assert rows("--kind", "skipped") == [] and len(rows("--kind", "caught_up")) == 4
    cut = schedule("occurrences", "filled", "-n", "3")
    assert len(cut.stdout.splitlines()) == 4 and cut.stderr.startswith("3 due times are shown, there are more")
    assert " 07:30:00 IST  caught_up  " in cut.stdout
    assert "--kind is one of fired, late" in schedule("occurrences", "filled", "--kind", "late_", ends=64).stderr
    assert "give --from and --to" in schedule("backfill", "filled", "--from", "2d", ends=64).stderr
    assert "--to must come after --from" in schedule("backfill", "filled", "--from", "1d", "--to", "2d", ends=64).stderr
    assert "/from" in schedule("backfill", "filled", "--from", "2099-01-01", "--to", "2099-01-02", ends=1).stderr


def test_a_file_is_applied(stack, schedule, admin):
    entries = [{"id": "applied-a", "trigger": YEARLY, "time_zone": "Europe/Berlin", "job": JOB},
               {"id": "applied-b", "trigger": {"type": "interval", "every": "48h"}, "job": JOB}]
    path = file_of(stack, {"$schema": "x", "schedules": entries})
    dry = schedule("apply", "-f", path, "--dry-run").stdout
    assert dry.startswith("created    applied-a; dry run, nothing is changed\nDUE ")
    assert f"{NEW_YEAR} 03:00:00 CET  in " in dry
    assert admin.get(f"{JOBS}/applied-a").status_code == 404
    assert [line.split()[:2] for line in schedule("apply", "-f", path).stdout.splitlines() if line.startswith("created")] == [
        ["created", "applied-a"], ["created", "applied-b"]]
    assert shown(admin, "applied-b")["trigger"] == {"type": "interval", "every": "2d"}
    assert schedule("apply", "-f", path).stdout == "unchanged  applied-a\nunchanged  applied-b\n"

    schedule("pause", "applied-a", "--note", "not now")
    before = shown(admin, "applied-b")
    entries[0]["overlap"] = "skip"
    entries[0]["trigger"] = YEARLY | {"cron": "0 4 1 1 *"}
    path = file_of(stack, {"schedules": entries})
    dry = schedule("apply", "-f", path, "--dry-run").stdout.splitlines()
    assert dry[0] == "changed    applied-a, which is paused; dry run, nothing is changed"
    assert sorted(dry[1:3]) == ['  /overlap: "allow" → "skip"', '  /trigger/cron: "0 3 1 1 *" → "0 4 1 1 *"']
    assert shown(admin, "applied-a")["overlap"] == "allow"
    done = {entry["id"]: entry for entry in json.loads(schedule("apply", "-f", path, "-o", "json").stdout)}
    assert {name: entry["result"] for name, entry in done.items()} == {"applied-a": "changed", "applied-b": "unchanged"}
    assert {change["pointer"]: change["to"] for change in done["applied-a"]["changes"]} == {
        "/overlap": "skip", "/trigger/cron": "0 4 1 1 *"}
    job = shown(admin, "applied-a")
    assert job["overlap"] == "skip" and job["paused"] and job["note"] == "not now"
    assert shown(admin, "applied-b") == before

    entries[0]["paused"] = False  # now the file says it
    schedule("apply", "-f", file_of(stack, {"schedules": entries}))
    assert not shown(admin, "applied-a")["paused"]


def test_nothing_is_applied_when_one_is_refused(stack, schedule, admin):
    entries = [{"id": "refused-a", "trigger": YEARLY, "job": JOB},
               {"id": "refused-b", "trigger": {"type": "cron", "cron": "0 0 30 2 *"}, "job": JOB | {"reportType": "none"}}]
    path = file_of(stack, {"schedules": entries})
    done = schedule("apply", "-f", path, ends=1)
    assert f"{path}: schedule 'refused-b': the gateway answered 400: " in done.stderr
    assert "\n  /trigger/cron: " in done.stderr and "nothing is changed: 1 of 2 schedules are refused" in done.stderr
    assert done.stdout == "" and admin.get(f"{JOBS}/refused-a").status_code == 404
    for content, problem in (
        ({"schedules": [entries[0], entries[0]]}, "/schedules/1/id 'refused-a' is that of an earlier schedule"),
        ({"schedules": [{"trigger": YEARLY, "job": JOB}]}, "/schedules/0/id is required"),
        ({"schedules": [], "calendar": {}}, "/calendar is no member"),
        ([], "neither a schedule nor a file of schedules"),
    ):
        assert problem in schedule("apply", "-f", file_of(stack, content), ends=1).stderr
    assert "name the --file" in schedule("apply", ends=64).stderr


def test_what_is_exported_is_applied_without_a_change(stack, schedule, admin):
    made(admin, "exported", dst={"repeat": "both"}, jitter="90s", misfire="skip", description="d", pause_after_failures=3)
    path = stack.temp / "exported.json"
    path.write_text(schedule("get", "exported", "--export").stdout)
    assert schedule("apply", "-f", path).stdout == "unchanged  exported\n"
    assert admin.request("DELETE", f"{JOBS}/exported").status_code == 200
    assert schedule("apply", "-f", path).stdout.startswith("created    exported\n")
    assert json.loads(schedule("get", "exported", "--export").stdout) == json.loads(path.read_text())


def test_calendars_are_applied_before_their_schedules(stack, schedule, calendar, admin):
    start = f"{NEXT_YEAR}-03-01T00:00:00Z"
    entry = {"id": "with-calendar", "trigger": {"type": "cron", "cron": "0 6 * * *"}, "start": start, "job": JOB,
             "calendar": "jobctl-closed"}
    content = {"schedules": [entry], "calendars": {"jobctl-closed": {"dates": [f"{NEXT_YEAR}-03-01"], "weekdays": []}}}
    path = file_of(stack, content)
    assert "/calendars/jobctl-closed is not stored as it is here" in schedule("apply", "-f", path, ends=1).stderr
    assert "dry run" in calendar("apply", "-f", path, "--dry-run").stdout
    assert "404" in calendar("get", "jobctl-closed", ends=1).stderr
    assert calendar("apply", "-f", path).stdout == f"created    jobctl-closed\n  + dates {NEXT_YEAR}-03-01\n"
    assert schedule("apply", "-f", path).stdout.startswith("created    with-calendar\n")
    assert shown(admin, "with-calendar")["next_run_time"] == f"{NEXT_YEAR}-03-02T06:00:00Z"
    assert "Used by   with-calendar\n" in calendar("get", "jobctl-closed").stdout
    assert any(line.startswith("jobctl-closed  1 ") for line in calendar("list").stdout.splitlines())

    one = file_of(stack, json.loads(calendar("get", "jobctl-closed", "--export").stdout) | {
        "dates": [f"{NEXT_YEAR}-03-01", f"{NEXT_YEAR}-03-02"]}, "calendar.json")
    assert calendar("apply", "-f", one).stdout == f"changed    jobctl-closed\n  + dates {NEXT_YEAR}-03-02\n"
    assert calendar("apply", "-f", one).stdout == "unchanged  jobctl-closed\n"
    until(lambda: shown(admin, "with-calendar")["next_run_time"] == f"{NEXT_YEAR}-03-03T06:00:00Z", 20, "the schedule follows")
    assert "/dates/0" in calendar("apply", "-f", file_of(stack, {"name": "x", "dates": ["2026-02-30"]}), ends=1).stderr

    assert "used by 'with-calendar'" in calendar("delete", "jobctl-closed", "--yes", ends=1).stderr
    schedule("delete", "with-calendar", "--yes")
    assert calendar("delete", "jobctl-closed", "--yes").stdout == "deleted    jobctl-closed\n"
    assert "404" in calendar("get", "jobctl-closed", ends=1).stderr


def on_a_terminal(stack, key, answer, *arguments):
    """With a terminal for standard input, on which somebody types."""
    ours, theirs = pty.openpty()
    env = clean_env(JW_GATEWAY_URL=f"http://127.0.0.1:{stack.gateway_port}", JW_API_KEY=key)
    os.write(ours, answer.encode())
    try:
        return subprocess.run([program("jobctl"), "schedule", *arguments], env=env, stdin=theirs, text=True,
                              capture_output=True, timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_deletion_is_asked_for(stack, schedule, admin, key):
    made(admin, "deleted")
    assert "give --yes" in schedule("delete", "deleted", ends=64).stderr
    no = on_a_terminal(stack, key, "n\n", "delete", "deleted")
    assert no.returncode == 1 and "Delete schedule 'deleted' (0 3 1 1 *; next " in no.stderr
    assert "nothing is deleted" in no.stderr
    assert shown(admin, "deleted")["id"] == "deleted"
    yes = on_a_terminal(stack, key, "y\n", "delete", "deleted")
    assert (yes.returncode, yes.stdout) == (0, "deleted    deleted\n")
    assert admin.get(f"{JOBS}/deleted").status_code == 404
    assert "404: Job 'deleted' not found" in schedule("delete", "deleted", "--yes", ends=1).stderr


def test_who_may_not_is_told_why(stack, schedule, key):
    assert "no API key: give --api-key, or set JW_API_KEY" in schedule("list", ends=1, JW_API_KEY="").stderr
    assert "403: this needs an API key of the role admin" in schedule("list", ends=1, JW_API_KEY=stack.api_key("monitor")).stderr
    assert "see: jobctl apikey list" in schedule("list", "--api-key", key[:-1] + "x", ends=1).stderr
    path = stack.temp / "key"
    path.write_text(key + "\n")
    schedule("list", JW_API_KEY="", JW_API_KEY_FILE=str(path))
    assert "choose one" in schedule("list", ends=1, JW_API_KEY_FILE=str(path)).stderr
