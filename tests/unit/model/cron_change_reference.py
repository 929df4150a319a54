#!/usr/bin/env python3
"""Writes cron_change_cases.inc: what is due around changes of the clock, as Vixie's cron has it.

    python3 tests/unit/model/cron_change_reference.py > tests/unit/model/cron_change_cases.inc

A model of its own, which knows nothing of "next": it looks at the clock at every second. An expression with a
wild-card hour or minute (a field that begins with '*') fires when the time shown is one of its own. One with fixed
hours and minutes has each local time once: when the clock was set ahead, what was skipped is due in that second
(once, however much of it); what the clock shows again after it was set back is not due again.
"""
import datetime as dt
import random
import sys
import zoneinfo

UTC = dt.timezone.utc
SECOND = dt.timedelta(seconds=1)
RANGES = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]
CHANGES = [  # zone, about when
    ("America/New_York", "2026-03-08T07:00"), ("America/New_York", "2026-11-01T06:00"),
    ("Europe/Berlin", "2026-03-29T01:00"), ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/Havana", "2026-03-08T05:00"), ("America/Havana", "2026-11-01T05:00"),
    ("Atlantic/Azores", "2026-03-29T01:00"), ("Atlantic/Azores", "2026-10-25T01:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"), ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("America/Santiago", "2026-09-06T04:00"), ("America/Santiago", "2026-04-05T03:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00"), ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("Pacific/Apia", "2011-12-30T10:00"), ("Antarctica/Troll", "2024-03-31T01:00"),
    ("Antarctica/Troll", "2024-10-27T01:00"), ("Asia/Gaza", "2023-04-28T22:00"),
    ("Europe/Istanbul", "2026-03-29T01:00"),
]
rnd = random.Random(16)


def values(text, low, high):
    """The set of a field: *, */n, a, a-b, lists."""
    result = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        first, last = (low, high) if span == "*" else (int(first), int(last or first))
        result |= set(range(first, last + 1, int(step or 1)))
    return result


class Rule:
    def __init__(self, text):
        words = text.split()
        words = ["0"] + words if len(words) == 5 else words
        self.sets = [values(word, *limits) for word, limits in zip(words, RANGES, strict=True)]
        self.wild = words[1].startswith("*") or words[2].startswith("*")
        self.both_days = not words[3].startswith("*") and not words[5].startswith("*")

    def shows(self, t):
        second, minute, hour, days, months, weekdays = self.sets
        day, weekday = t.day in days, (t.weekday() + 1) % 7 in weekdays
        return (t.second in second and t.minute in minute and t.hour in hour and t.month in months
                and (day or weekday if self.both_days else day and weekday))


def due(rule, clock):
    """@clock: pairs of UTC and naive local time, one a second."""
    latest = clock[0][1] - SECOND
    for now, local in clock:
        if rule.wild:
            if rule.shows(local):
                yield now
        elif local > latest:
            skipped = int((local - latest) / SECOND)
            if any(rule.shows(latest + k * SECOND) for k in range(1, skipped + 1)):
                yield now
            latest = local


def field(low, high):
    kind = rnd.random()
    if kind < 0.3:
        return "*"
    if kind < 0.45:
        return f"*/{rnd.choice([2, 3, 5, 7, 15, 20, 30])}" if high == 59 else f"*/{rnd.choice([2, 3])}"
    if kind < 0.8:
        return ",".join(str(v) for v in sorted({rnd.randint(low, high) for _ in range(rnd.choice([1, 1, 2, 4]))}))
    first = rnd.randint(low, high)
    return f"{first}-{rnd.randint(first, high)}"


def expression(local):
    """Hours near the change, dates of the change or the day after, more often than not."""
    hour = field(0, 5) if rnd.random() < 0.7 else field(0, 23)
    hour = hour if local.hour < 12 or hour.startswith("*") else f"{(local.hour - 1) % 24},{local.hour},0"
    days = ["*"] if rnd.random() < 0.7 else [str(local.day), str((local + dt.timedelta(days=1)).day), "*/2"]
    fields = [field(0, 59), hour, rnd.choice(days), "*", rnd.choice(["*", "*", "*", "0", "0-3"])]
    if rnd.random() < 0.15:
        fields.insert(0, rnd.choice(["*", "0,30", "*/20", "59"]))
    return " ".join(fields)


def main():
    print("/* Made by cron_change_reference.py; not edited by hand. */")
    stamp = lambda when: when.strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, when in CHANGES:
        zone = zoneinfo.ZoneInfo(name)
        change = dt.datetime.fromisoformat(when).replace(tzinfo=UTC)
        # A day that the first row of due() has no past in: all offsets before it are alike.
        start, end = change - dt.timedelta(hours=9), change + dt.timedelta(hours=9)
        clock, now = [], start
        while now < end:
            clock.append((now, now.astimezone(zone).replace(tzinfo=None)))
            now += SECOND
        rows = set()
        while len(rows) < 22:
            rows.add(expression(clock[len(clock) // 2][1]))
        for text in sorted(rows):
            total, n = 0, 0
            for at in due(Rule(text), clock):
                total, n = (total * 31 + int((at - start) / SECOND)) % 2**32, n + 1
            print(f'{{ "{text}", "{name}", "{stamp(start)}", "{stamp(end)}", {n}, {total}u }},')


if __name__ == "__main__":
    sys.exit(main())
