#!/usr/bin/env python3
"""Writes cron_cases.inc: random cron expressions and their next due time as croniter has it.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install croniter tzdata
    /tmp/venv/bin/python tests/unit/model/cron_reference.py > tests/unit/model/cron_cases.inc

The first line of the table names the version. Where dialects differ the row is not made: a day field
that begins with '*' and has a step while the other one is restricted, and due times within a day of a change
of the clock. test_cron.c has those by hand.
"""
import datetime as dt
import random
import sys
import zoneinfo

import croniter

ZONES = ["UTC", "Europe/Istanbul", "Europe/Berlin", "America/New_York"]
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()
UTC = dt.timezone.utc
DAY = dt.timedelta(days=1)
rnd = random.Random(20260106)


def item(low, high, names=None):
    def word(value):
        if names and rnd.random() < 0.5:
            return names[(value - low) % len(names)]
        return str(value)

    kind = rnd.random()
    if kind < 0.55:
        return word(rnd.randint(low, high))
    first = rnd.randint(low, high - 1)
    last = rnd.randint(first + 1, high)
    if kind < 0.8:
        return f"{word(first)}-{word(last)}"
    return f"{first}-{last}/{rnd.randint(1, max(2, (high - low) // 4))}"


def field(low, high, names=None, star=0.4, step=True):
    kind = rnd.random()
    if kind < star:
        return "*"
    if step and kind < star + 0.2:
        return f"*/{rnd.randint(2, max(2, (high - low) // 2))}"
    return ",".join(item(low, high, names) for _ in range(rnd.choice([1, 1, 1, 2, 3])))


def expression():
    days = rnd.random()
    day = field(1, 31, star=0.3, step=False) if days < 0.7 else field(1, 31)
    weekday = field(0, 6, DAYS, star=0.5, step=False) if days < 0.7 else "*"
    fields = [field(0, 59), field(0, 23), day, field(1, 12, MONTHS, star=0.6), weekday]
    if rnd.random() < 0.2:
        fields.insert(0, field(0, 59))
    return " ".join(fields)


def steady(zone, when):
    """True when no clock changes within a day of @when."""
    offsets = {(when + k * DAY / 4).astimezone(zone).utcoffset() for k in range(-4, 5)}
    return len(offsets) == 1


def next_due(text, start):
    seconds_first = len(text.split()) == 6
    cron = croniter.croniter(text, start, second_at_beginning=seconds_first, max_years_between_matches=9)
    return cron.get_next(dt.datetime)


def case():
    text, name = expression(), rnd.choice(ZONES)
    zone = zoneinfo.ZoneInfo(name)
    start = dt.datetime(2012, 1, 1, tzinfo=UTC) + dt.timedelta(
        seconds=rnd.randrange(0, 20 * 365 * 86400), milliseconds=rnd.choice([0, 0, 1, 999]))
    local = start.astimezone(zone)
    try:
        wall = next_due(text, local.replace(tzinfo=None))
        aware = next_due(text, local)
    except (croniter.CroniterBadDateError, croniter.CroniterBadCronError):
        return None
    due = wall.replace(tzinfo=zone).astimezone(UTC)
    if not steady(zone, start) or not steady(zone, due):
        return None
    if aware.astimezone(UTC) != due:
        print(f"croniter disagrees with itself: {text} {name} {start}: {aware} {due}", file=sys.stderr)
        return None
    if due.year - start.year > 7:
        return None
    ms = lambda when: round((when - dt.datetime(1970, 1, 1, tzinfo=UTC)) / dt.timedelta(milliseconds=1))
    return f'{{ "{text}", "{name}", {ms(start)}, {ms(due)} }},'


def main():
    version = getattr(croniter, "__version__", "") or __import__("importlib.metadata").metadata.version("croniter")
    print(f"/* Made by cron_reference.py with croniter {version}; not edited by hand. */")
    rows = []
    while len(rows) < 600:
        row = case()
        if row and row not in rows:
            rows.append(row)
    print("\n".join(rows))


if __name__ == "__main__":
    main()
