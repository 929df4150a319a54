"""walker.py: what is due on a day on which a clock changes, by looking at the clock at every minute. Knows nothing of "next": the
rule of jw/cron.h is written down as it is stated there."""
import calendar
import datetime as dt
import functools
import re

import cases

HOUR = 3600
SAFE = 49 * HOUR  # what is asked for on both sides of a change; two hours more are walked
LIMITS = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6), (1970, 2099)]
DAY_FORM = re.compile(r"(?:L(?:-(\d+))?|(\d+))(W?)|last")
WEEKDAY_FORM = re.compile(r"(\w+?)(?:(L)|#(\d))")


def spread(first, last, low, high):
    """From the first to the last, over the end where they wrap."""
    return list(range(first, last + 1)) if first <= last else [*range(first, high + 1), *range(low, last + 1)]


@functools.lru_cache(4096)
def values(text, low, high, names=()):
    result = set()
    read = lambda word: names.index(word) + low if word in names else int(word)
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        if span in "*?":
            first, last = low, high
        else:  # a single value with a step goes on to the end
            first, last = read(first), read(last) if dash else high if step else read(first)
        result |= set(spread(first, last, low, high)[::int(step or 1)])
    return frozenset(result)


def near(date, last):
    """That day, or the nearest from Monday to Friday of the same month."""
    if date.weekday() == 5:
        return date.day - 1 if date.day > 1 else 3
    if date.weekday() == 6:
        return date.day + 1 if date.day < last else date.day - 2
    return date.day


class Rule:
    """Of five to seven fields. APScheduler counts weekdays from Monday and wants both days; Quartz counts from Sunday as 1, and
    has one of both days."""

    def __init__(self, text, dialect):
        words = text.split()
        words = ["0"] + words if len(words) == 5 else words
        words = words + ["*"] if len(words) == 6 else words
        self.monday = 1 if dialect == "apscheduler" else 0  # the weekday that is counted as the first: Sunday is 0
        self.base = 1 if dialect == "quartz" else 0  # and its number
        week_names = tuple(cases.WEEK[self.monday:] + cases.WEEK[:self.monday])
        plain = lambda n, names=(): values(words[n], *LIMITS[n], names)
        self.second, self.minute, self.hour = plain(0), plain(1), plain(2)
        self.month, self.year = plain(4, tuple(cases.MONTHS)), plain(6)
        self.day_form = DAY_FORM.fullmatch(words[3]) if not words[3].isdigit() else None
        self.day = plain(3) if self.day_form is None else None
        self.read_week(words[5], week_names)
        self.wild = words[1].startswith("*") or words[2].startswith("*")
        self.either = dialect == "crontab" and not words[3].startswith("*") and not words[5].startswith("*")

    def read_week(self, word, names):
        if word == "L":  # alone: Saturday
            word = "SAT"
        self.week_form = WEEKDAY_FORM.fullmatch(word)
        if self.week_form is not None:
            word = self.week_form[1]
        counted = values(word, self.base, 6 + self.base, names)
        self.week = {(n - self.base + self.monday) % 7 for n in counted}

    def has_day_of_month(self, date, last):
        if self.day_form is None:
            return date.day in self.day
        back, number, weekday = self.day_form.groups()
        day = int(number) if number else last - int(back or 0)
        return 1 <= day <= last and date.day == (near(date.replace(day=day), last) if weekday else day)

    def has_weekday(self, date, last):
        if (date.weekday() + 1) % 7 not in self.week:
            return False
        if self.week_form is None:
            return True
        return date.day + 7 > last if self.week_form[2] else (date.day - 1) // 7 + 1 == int(self.week_form[3])

    @functools.lru_cache(4096)
    def has_day(self, day):
        date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
        last = calendar.monthrange(date.year, date.month)[1]
        of_month, of_week = self.has_day_of_month(date, last), self.has_weekday(date, last)
        return date.year in self.year and date.month in self.month and (
            of_month or of_week if self.either else of_month and of_week)

    def has_minute(self, local):
        """@local: minutes since 1970 of the local clock."""
        return local % 60 in self.minute and local // 60 % 24 in self.hour and self.has_day(local // 1440)


@functools.lru_cache(256)
def clock(zone, change, around):
    """Pairs of minutes since 1970, UTC and local; and each local minute with the UTC minutes that show it."""
    first, end = (change - around) // 60, (change + around) // 60
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


def due(case, change, gap="auto", repeat="auto", safe=SAFE):
    """The due times of a case in the @safe seconds around @change, in ms."""
    rule = Rule(case.expression, case.dialect)
    gap = ("skip" if rule.wild else "run_after") if gap == "auto" else gap
    repeat = ("both" if rule.wild else "first") if repeat == "auto" else repeat
    pairs, shown = clock(case.zone, change, safe + 2 * HOUR)
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
    return sorted(at * 1000 for at in result if change - safe <= at < change + safe)
