"""cases.py: random cron expressions, zones and moments, the same for a seed. Moments lie more often than not near a change of
the zone's clock."""
import bisect
import collections
import datetime as dt
import functools
import zoneinfo

UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86400
# Half hours, gaps at midnight, rules that ended, rules by the moon, a negative summer time, dates that were skipped.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Europe/Istanbul", "America/Sao_Paulo", "America/Santiago", "Asia/Kolkata",
         "Asia/Tehran", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney", "Africa/Cairo", "Africa/Casablanca",
         "Europe/Dublin", "America/St_Johns", "America/Havana", "Atlantic/Azores", "Asia/Gaza", "Pacific/Apia",
         "Pacific/Chatham", "Antarctica/Troll", "America/Asuncion", "Asia/Kathmandu", "Pacific/Kwajalein")
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEK = "SUN MON TUE WED THU FRI SAT".split()
Case = collections.namedtuple("Case", "dialect expression zone after n")


def offset(zone, seconds):
    return int((EPOCH + dt.timedelta(seconds=seconds)).astimezone(zoneinfo.ZoneInfo(zone)).utcoffset().total_seconds())


@functools.cache
def changes(zone, first=1970, last=2041):
    """When the clock of a zone changed, in seconds, by looking every two days."""
    begin, end = (int((dt.datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) for year in (first, last))
    result, before = [], offset(zone, begin)
    for at in range(begin, end, 2 * DAY):
        after = offset(zone, at + 2 * DAY)
        if after != before:
            low, high = at, at + 2 * DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
            result.append(high)
        before = after
    return result


def changes_between(zone, low, high):
    all_of = changes(zone)
    return all_of[bisect.bisect_left(all_of, low):bisect.bisect_right(all_of, high)]


class Maker:
    def __init__(self, rnd):
        self.rnd = rnd

    def item(self, low, high, names=None):
        kind = self.rnd.random()
        word = (lambda value: names[value - low]) if names and self.rnd.random() < 0.5 else str
        if kind < 0.6:
            return word(self.rnd.randint(low, high))
        first = self.rnd.randint(low, high - 1)
        last = self.rnd.randint(first + 1, high)
        if kind < 0.85 or last - first < 2:
            return f"{word(first)}-{word(last)}"
        return f"{first}-{last}/{self.rnd.randint(2, max(2, min(last - first, (high - low) // 4)))}"

    def field(self, low, high, names=None, star=0.4, step=0.2):
        kind = self.rnd.random()
        if kind < star:
            return "*"
        if kind < star + step:
            return f"*/{self.rnd.randint(2, max(2, (high - low) // 2))}"
        return ",".join(self.item(low, high, names) for _ in range(self.rnd.choice([1, 1, 1, 2, 3])))

    def times(self):
        """Minute and hour: hours of the night half of the time, as clocks change then."""
        hours = self.field(0, 5, star=0.3) if self.rnd.random() < 0.5 else self.field(0, 23, star=0.3)
        return [self.field(0, 59, star=0.2), hours]

    def crontab(self):
        one = self.rnd.random()
        days = [self.field(1, 31, star=0.5, step=0.1), self.field(1, 12, MONTHS, star=0.7, step=0.1)]
        weekdays = self.field(0, 6, WEEK, star=0.5, step=0.1)
        if one < 0.06:
            days[0], weekdays = "L", "*"
        elif one < 0.12:
            days[0], weekdays = "*", f"{self.rnd.randint(0, 6)}#{self.rnd.randint(1, 5)}"
        elif one < 0.18:
            days[0], weekdays = "*", f"{self.rnd.randint(0, 6)}L"
        words = self.times() + days + [weekdays]
        if self.rnd.random() < 0.1:
            words.insert(0, self.field(0, 59, star=0.2))
        return " ".join(words)

    def apscheduler(self):
        days = [self.field(1, 31, star=0.5), self.field(1, 12, MONTHS, star=0.7, step=0.1)]
        # Its names of weekdays make no list with a step, and names of months none at all.
        weekdays = self.field(0, 6, [name for name in WEEK[1:] + WEEK[:1]], star=0.5, step=0.1)
        if self.rnd.random() < 0.1:
            days[0] = "last"
        return " ".join(self.times() + days + [weekdays])

    def wrapping(self, low, high, names=None):
        first, last = self.rnd.randint(low, high), self.rnd.randint(low, high)
        word = lambda value: names[value - low] if names else str(value)
        return f"{word(first)}-{word(last)}"

    def quartz(self):
        rnd = self.rnd
        minute, hour = self.times()
        hour = self.wrapping(0, 23) if rnd.random() < 0.15 else hour
        month = self.wrapping(1, 12, MONTHS) if rnd.random() < 0.1 else self.field(1, 12, MONTHS, star=0.7, step=0.1)
        if rnd.random() < 0.5:
            day = rnd.choice([self.field(1, 31, star=0.3), "L", "LW", f"L-{rnd.randint(1, 27)}", f"{rnd.randint(1, 28)}W"])
            weekday = "?"
        else:
            day = "?"
            weekday = rnd.choice([self.field(1, 7, WEEK, star=0.2), self.wrapping(1, 7, WEEK), "L", f"{rnd.randint(1, 7)}L",
                                  f"{rnd.randint(1, 7)}#{rnd.randint(1, 5)}", f"{rnd.choice(WEEK)}#{rnd.randint(1, 5)}"])
        words = [rnd.choice(["0", "0", "0", "0", "30", "0/20", "*/15"]), minute, hour, day, month, weekday]
        if rnd.random() < 0.15:
            words.append(rnd.choice(["*", "2020-2060", "2000/2", "2024,2028,2031-2040"]))
        return " ".join(words)

    def moment(self, zone):
        known = changes(zone)
        if known and self.rnd.random() < 0.6:
            seconds = self.rnd.choice(known) + self.rnd.randint(-DAY * 3 // 2, DAY * 3 // 2)
        else:
            seconds = self.rnd.randint(10 * 365 * DAY, 66 * 365 * DAY)
        return seconds * 1000 + self.rnd.choice([0, 0, 1, 999])

    def case(self, dialect, n=2):
        zone = self.rnd.choice(ZONES)
        return Case(dialect, getattr(self, dialect)(), zone, self.moment(zone), n)
