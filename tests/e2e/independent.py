"""independent.py: what a report on call records must say, worked out from the CSV file alone.

Written from the description of the report (schemas/README.md, schemas/reports/call-records.json), in plain Python with
whole numbers and fractions; nothing of it is shared with the executor.
"""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from math import floor

DEPARTMENTS = {
    "Technical Support": "support",
    "Streaming": "support",
    "Payment related": "billing",
    "Contract related": "sales",
    "Admin Support": "admin",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COLUMNS = (
    "Call", "Started at", "Agent", "Department", "Topic", "Status", "Wait (s)", "Talk (s)", "Resolved", "Satisfaction",
)
SUMMARY = (
    "Total calls", "Answered calls", "Missed calls", "Abandoned calls", "Answer rate", "Average call duration",
    "Average wait time", "Peak hour", "Calls in the peak hour",
)


@dataclass(frozen=True)
class Call:
    id: str
    started: datetime
    agent: str
    topic: str
    answered: bool
    resolved: bool
    wait: int
    talk: int
    satisfaction: int

    @property
    def department(self):
        return DEPARTMENTS.get(self.topic, "other")

    @property
    def status(self):
        return "answered" if self.answered else "missed"


def read_calls(path):
    calls = []
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            day, month, year = row["Date"].split("-")
            hour, minute = row["Time"].split(":")
            h, m, s = row["AvgTalkDuration"].split(":")
            calls.append(
                Call(
                    id=row["Call Id"],
                    started=datetime(
                        2000 + int(year), 1 + MONTHS.index(month), int(day), int(hour), int(minute), tzinfo=timezone.utc
                    ),
                    agent=row["Agent"],
                    topic=row["Topic"],
                    answered={"Y": True, "N": False}[row["Answered (Y/N)"]],
                    resolved={"Y": True, "N": False}[row["Resolved"]],
                    wait=int(row["Speed of answer in seconds"]),
                    talk=int(h) * 3600 + int(m) * 60 + int(s),
                    satisfaction=int(row["Satisfaction rating"]),
                )
            )
    return calls


def rounded(value, decimals):
    """Half up, as a float; None stays None."""
    if value is None:
        return None
    return floor(value * 10**decimals + Fraction(1, 2)) / 10**decimals


def mean(values):
    values = list(values)
    return Fraction(sum(values), len(values)) if values else None


def rate(part, whole):
    return Fraction(100 * part, whole) if whole else None


class Report:
    """All figures of one report: calls that started in [start, end), seen in a zone, ordered by time."""

    def __init__(self, calls, start, end, zone=timezone.utc, keep=lambda call: True):
        self.zone, self.start, self.end = zone, start, end
        inside = [c for c in calls if start <= c.started < end and keep(c)]
        self.calls = sorted(inside, key=lambda c: c.started)

    def local(self, call):
        return call.started.astimezone(self.zone)

    def by_hour(self):
        return {f"{h:02d}:00": [c for c in self.calls if self.local(c).hour == h] for h in range(24)}

    def by_day(self):
        day = self.start.astimezone(self.zone).date()
        last = (self.end - timedelta(milliseconds=1)).astimezone(self.zone).date()
        days = {}
        while day <= last:
            days[day.isoformat()] = [c for c in self.calls if self.local(c).date() == day]
            day += timedelta(days=1)
        return days

    def by(self, name):
        """Groups of a text, the largest first."""
        groups = {}
        for call in self.calls:
            groups.setdefault(getattr(call, name), []).append(call)
        return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0].encode())))

    def summary(self):
        """The nine figures as they stand in the workbook."""
        answered = [c for c in self.calls if c.answered]
        hours = {hour: len(calls) for hour, calls in self.by_hour().items() if calls}
        peak = max(hours, key=lambda hour: (hours[hour], -int(hour[:2]))) if hours else None
        figures = (
            len(self.calls),
            len(answered),
            len(self.calls) - len(answered),
            0,
            rounded(rate(len(answered), len(self.calls)), 2),
            rounded(mean(c.talk for c in answered), 1),
            rounded(mean(c.wait for c in answered), 1),
            int(peak[:2]) if peak else None,
            hours[peak] if peak else None,
        )
        return dict(zip(SUMMARY, figures, strict=True))

    def summary_texts(self):
        """The same as people read them in the mail."""
        texts = {}
        for label, value in self.summary().items():
            if value is None:
                texts[label] = "n/a"
            elif label == "Answer rate":
                texts[label] = f"{value:,.2f} %"
            elif label.startswith("Average"):
                texts[label] = f"{value:,.1f} s"
            elif label == "Peak hour":
                texts[label] = f"{value:02d}:00"
            else:
                texts[label] = f"{value:,}"
        return texts

    def tables(self):
        """{sheet: rows with their header}, cell by cell."""
        few = ("Total calls", "Answered calls", "Missed calls", "Answer rate")
        many = (
            "Total calls", "Answered calls", "Answer rate", "Average call duration", "Average wait time",
            "Resolved calls", "Average satisfaction",
        )
        layout = (
            ("Calls by hour", "Hour", self.by_hour(), few),
            ("Calls by day", "Day", self.by_day(), few),
            ("By agent", "Agent", self.by("agent"), many),
            ("By topic", "Topic", self.by("topic"), many),
        )
        return {
            sheet: [(head, *measures)] + [(group, *self._row(calls, measures)) for group, calls in groups.items()]
            for sheet, head, groups, measures in layout
        }

    @staticmethod
    def _row(calls, measures):
        answered = [c for c in calls if c.answered]
        values = {
            "Total calls": len(calls),
            "Answered calls": len(answered),
            "Missed calls": len(calls) - len(answered),
            "Answer rate": rounded(rate(len(answered), len(calls)), 2),
            "Average call duration": rounded(mean(c.talk for c in answered), 1),
            "Average wait time": rounded(mean(c.wait for c in answered), 1),
            "Resolved calls": sum(c.resolved for c in calls),
            "Average satisfaction": rounded(mean(c.satisfaction for c in answered), 2),
        }
        return [values[measure] for measure in measures]

    def key(self, call, name):
        """The group of a call in a dimension."""
        at = self.local(call)
        year, week, _ = at.isocalendar()
        first = at.date() - timedelta(days=at.isoweekday() % 7)
        return {
            "agent": call.agent, "topic": call.topic, "status": call.status, "hour": f"{at.hour:02d}:00",
            "day": at.date().isoformat(), "weekday": WEEKDAYS[at.weekday()], "week": f"{year}-W{week:02d}",
            "weekFromSunday": first.isoformat(), "quarter": f"{at.year}-Q{(at.month + 2) // 3}", "year": str(at.year),
        }[name]

    def order(self, name):
        """What the groups of a dimension are sorted by: those of time as they come, others the largest first."""
        if name == "weekday":
            return WEEKDAYS.index
        if name not in ("agent", "topic", "status"):
            return lambda key: key
        sizes = {}
        for call in self.calls:
            sizes[self.key(call, name)] = sizes.get(self.key(call, name), 0) + 1
        return lambda key: (-sizes[key], key.encode())

    def grouped(self, names, measures, totals=True):
        """Rows of the groups of several dimensions, each group's total behind it and that of all at the end."""

        def level(calls, depth, before):
            rows, keys = [], {self.key(c, names[depth]) for c in calls}
            for key in sorted(keys, key=self.order(names[depth])):
                inside = [c for c in calls if self.key(c, names[depth]) == key]
                if depth + 1 == len(names):
                    rows.append((*before, key, *self._row(inside, measures)))
                    continue
                rows += level(inside, depth + 1, (*before, key))
                if totals:
                    empty = (None,) * (len(names) - depth - 1)
                    rows.append((*before, f"{key}, total", *empty, *self._row(inside, measures)))
            return rows

        rows = level(self.calls, 0, ())
        total = ("Total", *(None,) * (len(names) - 1), *self._row(self.calls, measures))
        return [*rows, total] if totals else rows

    def pivoted(self, row, across, heads, measures):
        """Rows of one dimension, the groups of another across, the total on the right and below."""

        def line(label, calls):
            cells = [label]
            for head in heads:
                cells += self._row([c for c in calls if self.key(c, across) == head], measures)
            return (*cells, *self._row(calls, measures))

        keys = sorted({self.key(c, row) for c in self.calls}, key=self.order(row))
        rows = [line(key, [c for c in self.calls if self.key(c, row) == key]) for key in keys]
        return [*rows, line("Total", self.calls)]

    def list_rows(self):
        """The call list of the workbook: times without a zone, as a sheet has them."""
        return [
            (
                c.id, self.local(c).replace(tzinfo=None), c.agent, c.department, c.topic, c.status, c.wait, c.talk,
                "yes" if c.resolved else "no", c.satisfaction,
            )
            for c in self.calls
        ]

    def csv_rows(self):
        return [
            (
                c.id, self.local(c).isoformat().replace("+00:00", "Z"), c.agent, c.department, c.topic, c.status,
                str(c.wait), str(c.talk), "true" if c.resolved else "false", str(c.satisfaction),
            )
            for c in self.calls
        ]
