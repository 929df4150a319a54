"""peer.py: due times by croniter or APScheduler. Standard input: a JSON line a question, [expression, zone, after_ms, how many];
standard output: a JSON line an answer, a list of ms, or a text: why the expression is refused.

    dev/cron-peers python tests/cron/peer.py croniter|apscheduler
"""
import datetime as dt
import json
import sys
import zoneinfo

import croniter
from apscheduler.triggers.cron import CronTrigger

UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
MS = dt.timedelta(milliseconds=1)


def read_croniter(expression, zone, after, n):
    start = (EPOCH + after * MS).astimezone(zoneinfo.ZoneInfo(zone))
    # As Vixie's cron reads fields that begin with '*'; without it croniter takes either day.
    schedule = croniter.croniter(expression, start, second_at_beginning=len(expression.split()) == 6,
                                 implement_cron_bug=True, max_years_between_matches=50)
    return [round((schedule.get_next(dt.datetime) - EPOCH) / MS) for _ in range(n)]


def read_apscheduler(expression, zone, after, n):
    trigger = CronTrigger.from_crontab(expression, zoneinfo.ZoneInfo(zone))
    times, now = [], EPOCH + (after + 1) * MS
    while len(times) < n:
        due = trigger.get_next_fire_time(None, now)
        if due is None:
            break
        times.append(round((due - EPOCH) / MS))
        now = due.astimezone(UTC) + MS
    return times


def main():
    read = {"croniter": read_croniter, "apscheduler": read_apscheduler}[sys.argv[1]]
    for line in sys.stdin:
        try:
            answer = read(*json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            answer = f"{type(error).__name__}: {error}"
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
