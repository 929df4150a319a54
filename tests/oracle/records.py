"""records.py: records as nasty as real ones, the same for a seed, and a definition that asks everything of them.

Fields are missing, null, texts where numbers are expected, whole numbers kept as doubles, Decimal128; times are on the
days when clocks change in Europe/Berlin and America/New_York, around the ends of years, on a 29 February, or none.
"""

import random
from datetime import datetime, timedelta, timezone

from bson import Decimal128, Int64

EPOCH = datetime(2022, 12, 1, tzinfo=timezone.utc)
DAYS = 460  # to 4 March 2024
ODD_DAYS = (
    "2023-03-12", "2023-03-26", "2023-10-29", "2023-11-05", "2022-12-31", "2023-01-01", "2023-01-02", "2023-12-31",
    "2024-01-01", "2024-02-29",
)
REGIONS = (
    "Zürich", "zürich", "東京", "Straße 5", "STRASSE 5", "Ω & <b>", "(none)", "(other)", "", None, 3, 3.0, "3", "a,b;c",
    Decimal128("3.00"), Int64(3), True, "true", False, 2.5, Decimal128("2.50"), '="x"', "São Paulo", "Ünye", "ünye",
)
NOTES = ("paid", "Paid late", "UNPAID", "straße", "STRASSE", "Ärger", "ärger", "", 5, None, "näher", "ΣΊΣΥΦΟΣ", "σίσυφος")
TAGS = ("new", "old", ["new"], ["new", "vip"], [], ["old", "vip", "new"], None)

_WHERE_LATE = [{"field": "at", "gte": "2023-10-29"}]


def _measure(name, op, decimals=0, **more):
    rounded = {"decimals": decimals, "format": "decimal"} if decimals else {}
    return {"name": name, "label": f"Of {name}", "op": op} | rounded | more


MEASURES = [
    _measure("all", "count"),
    _measure("priced", "count", field="amount"),
    _measure("cheap", "count", where=[{"field": "amount", "lt": "10.5"}]),
    _measure("mid", "count", where=[{"field": "amount", "gte": 10.5, "lte": 60}, {"field": "score", "present": True}]),
    _measure("noted", "count", where=[{"any": [{"field": "note", "contains": ["paid", "strasse"]}, {"is": "dear"}]}]),
    _measure("threes", "count", where=[{"field": "region", "equals": ["3", "true"]}]),
    _measure("noThrees", "count", where=[{"field": "region", "equals": ["3"], "not": True}]),
    _measure("scoreless", "count", where=[{"field": "score", "absent": True}]),
    _measure("late", "count", where=_WHERE_LATE),
    _measure("byName", "count", where=[{"field": "region", "gt": "S", "lt": "Z"}]),
    _measure("mixed", "count", where=[{"any": [
        {"all": [{"field": "score", "gt": 50}, {"field": "amount", "lte": "20"}]}, {"field": "note", "equals": ["5"]},
    ]}]),
    _measure("sum", "sum", 2, field="amount"),
    _measure("lateSum", "sum", 3, field="amount", where=_WHERE_LATE),
    _measure("average", "avg", 2, field="amount"),
    _measure("averageScore", "avg", 1, field="score"),
    _measure("least", "min", 2, field="amount"),
    _measure("most", "max", 2, field="amount"),
    _measure("bigSum", "sum", field="big"),
    _measure("bigMost", "max", field="big"),
    _measure("bigLeast", "min", field="big"),
    _measure("first", "min", field="seen", format="datetime"),
    _measure("last", "max", field="seen", format="date"),
    _measure("cheapRate", "ratio", 2, numerator="cheap", denominator="priced", scale=100, format="percent"),
    _measure("perScore", "ratio", 4, numerator="sum", denominator="averageScore", scale=-0.5),
    _measure("each", "formula", 3, formula="(sum - 2.5 * scoreless) / (all - threes) * 100 + -average"),
    _measure("part", "share", 2, of="sum", format="percent"),
    _measure("countPart", "share", 1, of="all", format="percent"),
    _measure("spread", "stddev", 3, field="amount"),
    _measure("people", "distinct", field="who"),
    _measure("regions", "distinct", field="region"),
    _measure("middle", "median", 3, field="amount"),
    _measure("p95", "percentile", 2, p=95, field="amount"),
    _measure("p333", "percentile", 3, p=33.3, field="score"),
    _measure("peakHour", "peak", dimension="hour", of="all", format="hour"),
    _measure("peakDay", "peak", dimension="day", of="sum", format="text"),
    _measure("peakRegion", "peakValue", 2, dimension="region", of="average"),
    _measure("peakScore", "peak", dimension="score", of="sum", format="text"),
]
NAMES = [measure["name"] for measure in MEASURES]
DIMENSIONS = [
    {"name": "region", "label": "Region", "field": "region"},
    {"name": "score", "label": "Score", "field": "score"},
    {"name": "hour", "label": "Hour", "field": "at", "part": "hour"},
    {"name": "day", "label": "Day", "field": "at", "part": "date"},
    {"name": "weekday", "label": "Weekday", "field": "at", "part": "weekday"},
    {"name": "usWeekday", "label": "Weekday from Sunday", "field": "at", "part": "weekday", "weekStart": "sunday"},
    {"name": "week", "label": "Week", "field": "at", "part": "week"},
    {"name": "usWeek", "label": "Week from Sunday", "field": "at", "part": "week", "weekStart": "sunday"},
    {"name": "month", "label": "Month", "field": "at", "part": "month"},
    {"name": "quarter", "label": "Quarter", "field": "at", "part": "quarter"},
    {"name": "year", "label": "Year", "field": "at", "part": "year"},
    {"name": "seenMonth", "label": "Seen in", "field": "seen", "part": "month"},
]
_TABLE = ["all", "sum", "cheapRate", "average", "most", "part"]
DEFINITION = {
    "reportType": "oddities",
    "title": "Oddities",
    "filePrefix": "Odd",
    "collection": "oddities",
    "dateField": "at",
    "timeZone": "Europe/Berlin",
    "inactive": {"field": "active", "value": "false"},
    "conditions": [{"name": "dear", "where": [{"field": "amount", "gt": "90.25"}]}],
    "filters": [
        {"name": "regions", "field": "region", "operators": ["in", "not", "contains", "absent", "range"]},
        {"name": "amounts", "field": "amount", "operators": ["in", "not", "range", "absent"]},
        {"name": "scores", "field": "score", "operators": ["in", "range", "absent"]},
        {"name": "seens", "field": "seen", "operators": ["in", "range", "absent"]},
        {"name": "tags", "field": "tags", "operators": ["in", "not"]},
        {"name": "notes", "field": "note", "operators": ["in", "not", "contains", "absent"]},
    ],
    "dimensions": DIMENSIONS,
    "measures": MEASURES,
    "summary": NAMES,
    "tables": [
        {"title": f"By {d['label']}", "dimension": d["name"], "measures": _TABLE, "compare": d["name"] != "score"}
        for d in DIMENSIONS
    ],
    "columns": [{"field": "_id", "label": "Record"}, {"field": "amount", "label": "Amount", "format": "decimal"}],
    "maxGroups": 40,  # fewer than there are scores, and than days of all time
}

# The same records by another report type: a default filter, names, texts for values, and rows of many kinds.
_OTHERS = [
    {"name": "region", "label": "Region", "field": "region", "labels": {
        "3": "Three", "true": "Yes", "2.5": "Two and a half", "Zürich": "ZH", "(other)": "Not those others", "ünye": "Ünye",
    }},
    {"name": "person", "label": "Person", "field": "who", "lookup": {"collection": "people", "key": "code", "label": "name"}},
    {"name": "note", "label": "Note", "field": "note"},
]
_TOTALS = ["all", "sum", "cheapRate", "average", "countPart"]
CROSS = DEFINITION | {
    "reportType": "crossings",
    "title": "Crossings",
    "filePrefix": "Cross",
    "where": [
        {"any": [{"field": "amount", "lt": 100}, {"field": "amount", "gt": 0, "not": True}]},
        {"field": "note", "equals": ["Paid late"], "not": True},
    ],
    "conditions": DEFINITION["conditions"] + [{"name": "few", "where": [{"field": "score", "lte": 20}, {"is": "dear"}]}],
    "dimensions": _OTHERS + [d for d in DIMENSIONS if d["name"] not in ("region", "seenMonth")],
    "measures": [measure | ({"where": [{"any": [{"is": "few"}, {"all": [{"field": "note", "contains": ["as"]}]}]}]}
                            if measure["name"] == "noted" else {}) for measure in MEASURES],
    "columns": [
        {"field": "_id", "label": "Record"},
        {"field": "at", "label": "At", "format": "datetime"},
        {"field": "region", "label": "Region", "labels": {"3": "Three", "Zürich": "ZH", "true": "Yes"}},
        {"field": "who", "label": "Person", "lookup": _OTHERS[1]["lookup"]},
        {"field": "amount", "label": "Amount", "format": "decimal", "decimals": 1},
        {"field": "score", "label": "Score", "format": "integer"},
        {"field": "big", "label": "Big", "format": "integer"},
        {"field": "active", "label": "Active", "format": "bool"},
        {"field": "seen", "label": "Seen", "format": "date"},
        {"field": "note", "label": "Note"},
        {"field": "tags", "label": "Tags"},
    ],
    "listTitle": "The list",
    "maxGroups": 15,  # fewer than regions, people, scores and many days
    "summary": ["all", "sum", "noted", "average", "part", "people", "peakHour"],
    "compare": "previous",
    "tables": [
        {"title": "Region, quarter", "dimensions": ["region", "quarter"], "totals": True, "measures": _TOTALS},
        {"title": "Region, weekday across", "dimensions": ["region", "usWeekday"], "pivot": "usWeekday", "totals": True,
         "measures": ["all", "average"]},
        {"title": "Person across", "dimensions": ["note", "person"], "pivot": "person", "measures": ["all"]},
        {"title": "Few of three", "dimensions": ["note", "region", "month"], "maxRows": 60, "totals": True,
         "measures": _TOTALS},
        {"title": "Best regions", "dimension": "region", "top": {"n": 5, "by": "average"}, "totals": True, "compare": True,
         "measures": _TOTALS},
        {"title": "Worst regions", "dimension": "region", "top": {"n": 9, "by": "sum"}, "sort": {"by": "cheapRate"},
         "compare": True, "measures": _TOTALS},
        {"title": "Best combinations", "dimensions": ["person", "note"], "sort": {"by": "sum", "descending": True}, "maxRows": 40,
         "measures": _TOTALS},
        {"title": "Least of each", "dimensions": ["region", "weekday"], "sort": {"by": "average"}, "maxRows": 50, "totals": True,
         "measures": _TOTALS},
        {"title": "Worst people", "dimension": "person", "sort": {"by": "sum"}, "maxRows": 30, "totals": True, "compare": True,
         "measures": _TOTALS},
        {"title": "Common people", "dimension": "person", "maxRows": 25, "totals": True, "compare": True, "measures": _TOTALS},
        {"title": "People by name", "dimension": "person", "sort": {"by": "person", "descending": True}, "compare": True,
         "measures": ["all", "most"]},
        {"title": "Days", "dimension": "day", "sort": {"by": "sum", "descending": True}, "compare": True,
         "measures": ["sum", "all"]},
        {"title": "Months", "dimension": "month", "totals": True, "compare": True, "measures": _TOTALS},
        {"title": "Hours, sorted", "dimension": "hour", "sort": {"by": "average"}, "totals": True, "measures": _TOTALS},
    ],
}


def people():
    """Names of some: pairs share one, one code has several, and some read as other codes do."""
    for i in range(300):
        code = (i, str(i), float(i), Decimal128(f"{i}.0"))[i % 4]
        yield {"code": code, "name": f"Person {i // 2:03}" if i % 3 else "Ärger" if i % 5 else str(i + 50)}
        if i % 7 == 0:
            yield {"code": str(i), "name": f"Also {i}"}
    for i in range(0, 400, 3):
        yield {"code": f"p{i}", "name": ("Åse", "ann", "(none)", "=1+1")[i % 4] + f" {i // 9}"}
    yield {"code": "p1"}
    yield {"name": "Nobody"}


def _number(dice, cents):
    """One value, kept as one of the ways in which numbers are kept."""
    kind = dice.randrange(5)
    if kind == 0:
        return cents // 100
    if kind == 1:
        return float(cents // 100)
    if kind == 2:
        return Decimal128(f"{cents / 100:.2f}")
    return Int64(cents // 100) if kind == 3 else cents / 100


def _time(dice):
    kind = dice.randrange(40)
    if kind == 0:
        return dice.choice((None, "2023-05-05", 20230505))
    if kind < 14:
        day = datetime.fromisoformat(dice.choice(ODD_DAYS)).replace(tzinfo=timezone.utc)
        return day + timedelta(hours=-8, milliseconds=dice.randrange(40 * 3600_000))
    moment = EPOCH + timedelta(seconds=dice.randrange(DAYS * 86400))
    return moment if kind < 38 else moment.replace(hour=dice.choice((4, 5, 22, 23)), minute=0, second=0)


def records(count, seed):
    dice = random.Random(seed)
    for i in range(count):
        record = {"_id": f"R-{i:06}", "at": _time(dice), "region": dice.choice(REGIONS)}
        if dice.randrange(12):
            record["amount"] = dice.choice(("n/a", "12", None)) if not dice.randrange(9) else _number(
                dice, dice.randrange(-2000, 12000)
            )
        if dice.randrange(5):
            record["score"] = dice.choice((dice.randrange(101), float(dice.randrange(101)), None))
        if dice.randrange(3):
            record["big"] = dice.choice((
                Int64(2**53 + dice.randrange(99)), Decimal128(str(2**53 + 1)), -(2**40), Int64(-(2**53) - dice.randrange(9)),
            ))
        if dice.randrange(3):
            record["seen"] = EPOCH + timedelta(milliseconds=dice.randrange(DAYS * 86400_000))
        who = dice.randrange(400)
        record["who"] = dice.choice((who, str(who), float(who), Decimal128(f"{who}.00"), f"p{who}", None))
        record["note"] = dice.choice(NOTES)
        record["tags"] = dice.choice(TAGS)
        if dice.randrange(4):
            record["active"] = dice.choice((True, True, True, "true", False, "false"))
        if record["at"] is None and dice.randrange(2):
            del record["at"]
        yield {name: value for name, value in record.items() if value is not None or dice.randrange(2)}
