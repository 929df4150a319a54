"""walker.py: what is due on a day on which a clock changes, by looking at the clock at every minute. Knows nothing of "next": the
rule of jw/cron.h is written down as it is stated there."""
import functools
import datetime as dt

import cases

HOUR = 3600
AROUND = 30 * HOUR  # walked on both sides of a change; what lies in the outermost ones may be due to another change
SAFE = 28 * HOUR
LIMITS = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]


@functools.lru_cache(4096)
def values(text, low, high, names=()):
    result = set()
    read = lambda word: names.index(word) + low if word in names else int(word)
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        first, last = (low, high) if span == "*" else (read(first), read(last or first))
        result |= set(range(first, last + 1, int(step or 1)))
    return frozenset(result)


class Rule:
    """Of five or six fields, without L and #. APScheduler counts from Monday, and wants both days."""

    def __init__(self, text, dialect):
        words = text.split()
        words = ["0"] + words if len(words) == 5 else words
        first = 1 if dialect == "apscheduler" else 0
        names = [(), (), (), (), tuple(cases.MONTHS), tuple(cases.WEEK[first:] + cases.WEEK[:first])]
        self.second, self.minute, self.hour, self.day, self.month, week = (
            values(word, *limits, name) for word, limits, name in zip(words, LIMITS, names, strict=True))
        self.week = {(day + first) % 7 for day in week}
        self.wild = words[1].startswith("*") or words[2].startswith("*")
        self.either = dialect == "crontab" and not words[3].startswith("*") and not words[5].startswith("*")

    @functools.lru_cache(4096)
    def has_day(self, day):
        date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
        of_month, of_week = date.day in self.day, (date.weekday() + 1) % 7 in self.week
        return date.month in self.month and (of_month or of_week if self.either else of_month and of_week)

    def has_minute(self, local):
        """@local: minutes since 1970 of the local clock."""
        return local % 60 in self.minute and local // 60 % 24 in self.hour and self.has_day(local // 1440)


@functools.lru_cache(256)
def clock(zone, change):
    """Pairs of minutes since 1970, UTC and local; and each local minute with the UTC minutes that show it."""
    first, end = (change - AROUND) // 60, (change + AROUND) // 60
    pairs = []
    for begin in [first, *(-(-at // 60) for at in cases.changes_between(zone, first * 60 + 1, end * 60 - 1))]:
        ahead = cases.offset(zone, begin * 60) // 60
        pairs[begin - first:] = [(now, now + ahead) for now in range(begin, end)]
    shown = {}
    for now, local in pairs:
        shown.setdefault(local, []).append(now)
    return pairs, shown


def after_gap(pairs, local):
    return next(now for now, shows in pairs if shows > local)


def due(case, change, gap="auto", repeat="auto"):
    """The due times of a case in the SAFE hours around @change, in ms."""
    rule = Rule(case.expression, case.dialect)
    gap = ("skip" if rule.wild else "run_after") if gap == "auto" else gap
    repeat = ("both" if rule.wild else "first") if repeat == "auto" else repeat
    pairs, shown = clock(case.zone, change)
    result = set()
    for local in range(min(shown), max(shown) + 1):
        if not rule.has_minute(local):
            continue
        at = shown.get(local)
        if at:
            minutes = {"first": at[:1], "last": at[-1:], "both": at}[repeat]
            result |= {minute * 60 + second for minute in minutes for second in rule.second}
        elif gap == "run_after":
            result.add(after_gap(pairs, local) * 60)
    return sorted(at * 1000 for at in result if change - SAFE <= at < change + SAFE)
