"""measures/schedules.py: what schedules that are not due cost, and how late those fire that are."""
import os
import sys
import time
from datetime import datetime, timedelta, timezone

from rig import fill, free_ports, Rig, TOP

BATCH = 10000
AT_REST = 10  # seconds after the start, before it is measured
WATCHED = 20  # seconds for which it is measured


def document(name, due, every_ms):
    """A schedule as the scheduler has stored it."""
    body = '{"name":"n","output":{"format":"csv"},"parameters":{"period":{"type":"weekly"}},"reportType":"call-records"}'
    return {
        "_id": name, "source": "api", "trigger": "interval", "intervalMs": every_ms, "dialect": "crontab", "dstGap": 0,
        "dstRepeat": 0, "jitterMs": 0, "misfireLimit": 1000, "misfire": "fire_all", "misfireGraceMs": 60000,
        "ready": {"type": "at_once", "deadlineMs": 0, "atDeadline": "run"}, "overlap": "allow", "pauseAfterFailures": 0,
        "paused": False, "jobType": "report", "jobName": "n", "jobBody": body, "ruleHash": "h", "nextFireAt": due,
        "wakeAt": due, "pendingFires": [], "lookAt": datetime(1970, 1, 1), "updatedAt": due,
    }


def load(rig, count):
    """So many that are due in a year."""
    far = datetime.now(timezone.utc) + timedelta(days=365)
    rig.db.schedules.delete_many({})
    for first in range(0, count, BATCH):
        rig.db.schedules.insert_many(
            [document(f"far-{n}", far + timedelta(seconds=n), 31536000000) for n in range(first, min(first + BATCH, count))],
            ordered=False,
        )


def used(pid):
    """Seconds of CPU, and MiB of memory."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), rss / 1024


def schedules(options):
    """Schedules at rest, ten of which are due each second."""
    rig = Rig(options.bin, "schedules")
    fill(rig, 10)
    port = free_ports(1)[0]
    for count in (int(size) for size in options.schedules.split()):
        load(rig, count)
        rig.db.occurrences.delete_many({})
        rig.db.jobs.delete_many({})
        begin = time.monotonic()
        rig.start("scheduler", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"))
        started = time.monotonic() - begin
        due = datetime.now(timezone.utc).replace(microsecond=0)
        rig.db.schedules.insert_many([document(f"due-{n}", due, 1000) for n in range(10)])
        time.sleep(AT_REST)
        pid = rig.processes["scheduler"].pid
        cpu = used(pid)[0]
        since = datetime.now(timezone.utc)
        time.sleep(WATCHED)
        after, memory = used(pid)
        rig.stop("scheduler")
        late = sorted((row["decidedAt"] - row["dueAt"]).total_seconds() * 1000
                      for row in rig.db.occurrences.find({"dueAt": {"$gt": since}}, {"decidedAt": 1, "dueAt": 1}))
        if len(late) < 5 * WATCHED:
            sys.exit(f"bench: only {len(late)} due times fired in {WATCHED} s")
        yield (f"| {count:,} schedules, 10 due a second: ms late, median | {late[len(late) // 2]:.0f} | "
               f"p99 {late[len(late) * 99 // 100]:.0f} ms, {memory:.0f} MiB, {(after - cpu) / WATCHED * 100:.1f} % of a core, "
               f"started in {started:.1f} s | |")
    rig.close()
