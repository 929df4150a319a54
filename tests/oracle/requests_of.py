"""requests_of.py: random requests, the same for a seed, of the parameters that a report type of records.py takes."""

import random

import records

ZONES = (
    None, "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Auckland", "America/Sao_Paulo",
)
RANGES = (
    ("2023-03-20", "2023-04-02"), ("2023-03-26", "2023-03-26"), ("2023-10-29", "2023-10-29"), ("2023-03-12", "2023-03-12"),
    ("2023-11-05", "2023-11-05"), ("2022-12-26", "2023-01-08"), ("2023-12-20", "2024-01-10"), ("2024-02-28", "2024-03-01"),
    ("2023-01-01", "2023-12-31"), ("2022-12-01", "2024-03-31"), ("2030-01-01", "2030-01-07"), ("2023-06-01", "2023-06-30"),
)
MOMENTS = (
    ("2023-03-26T00:30:00+01:00", "2023-03-26T03:30:00+02:00"), ("2023-10-28T22:00:00Z", "2023-10-29T23:59:59.999+01:00"),
    ("2023-12-31T20:00:00-05:00", "2024-01-01T12:00:00+05:30"), ("2023-11-04T12:00:00-04:00", "2023-11-06T12:00:00-05:00"),
)
AT = (
    "2023-03-30T05:00:00Z", "2023-11-01T00:30:00Z", "2024-01-02T12:00:00+01:00", "2023-01-01T00:00:00Z",
    "2024-03-01T09:00:00Z",
)
FILTERS = (
    {"regions": ["3", "true", "Zürich"]}, {"regions": {"not": ["3", "2.50", "false"]}}, {"regions": {"contains": "STRASSE"}},
    {"regions": {"contains": "ü"}}, {"regions": {"absent": True}}, {"regions": {"absent": False}}, {"regions": ["(none)"]},
    {"regions": {"from": "S", "to": "Ü"}}, {"regions": {"from": "2.5", "to": "3"}}, {"amounts": {"from": "-5.5", "to": "60"}},
    {"amounts": {"from": "10.25"}}, {"amounts": {"to": "n/a"}}, {"amounts": {"absent": True}},
    {"amounts": {"not": ["12", "n/a"]}},
    {"scores": ["7", "42", "99.0"]}, {"scores": {"from": "40", "to": "60.5"}}, {"scores": {"absent": False}},
    {"seens": {"from": "2023-03-26", "to": "2023-10-29"}}, {"seens": {"from": "2023-03-26T02:30:00+02:00"}},
    {"seens": {"to": "2023-11-05"}}, {"tags": ["vip"]}, {"tags": {"not": ["new", "old"]}}, {"notes": {"contains": "paid"}},
    {"notes": ["5", "paid"]}, {"notes": {"not": ["Paid late"], "contains": "PAID"}}, {"notes": {"contains": "ÄRGER"}},
    {"notes": {"contains": "Σίσυφος"}}, {"notes": {"contains": "as"}}, {"regions": []},
)


def parameters(dice):
    made, kind = {}, dice.randrange(12)
    zone = dice.choice(ZONES)
    if kind < 7:
        start, end = dice.choice(RANGES)
        made["dateRange"] = {"startDate": start, "endDate": end}
    elif kind < 8:
        start, end = dice.choice(MOMENTS)
        made["dateRange"] = {"startDate": start, "endDate": end}
    elif kind < 11:
        made["period"] = {"type": dice.choice(("weekly", "monthly")), "at": dice.choice(AT)}
    if zone and "period" in made and dice.randrange(2):
        made["period"]["timeZone"] = zone
    elif zone:
        made["timeZone"] = zone
    if kind in (0, 1, 2, 8, 9) and dice.randrange(3):
        made["compare"] = dice.choice(("previous", "previous", "year"))
    return made


FINE = ("person", "day")  # dimensions of many groups, of which combinations would be too many
SORTABLE = [  # what is never estimated, and has numbers
    m["name"] for m in records.MEASURES
    if m["op"] not in ("peak", "peakValue", "distinct", "median", "percentile", "stddev")
    and m.get("format") not in ("datetime", "date")
]


def rows_of(dice, names, inside):
    """What groupBy's table has: pivot, top, sort, totals."""
    made, by = {}, dice.sample(names, dice.choice((1, 1, 2, 2, 2, 3, 3, 4)))
    if len(by) > 2:
        by = [name for name in by if name not in FINE] or by[:1]
    made["groupBy"] = by
    if len(by) > 1 and dice.randrange(2):
        made["pivot"] = dice.choice(by)
    keys = [name for name in by if name != made.get("pivot")]
    exact = [name for name in inside if name in SORTABLE] or ["sum"]
    if dice.randrange(3) == 0:
        made["top"] = {"n": dice.choice((1, 3, 8, 60)), "by": dice.choice(exact)}
    if dice.randrange(5) < 2:
        made["sort"] = {"by": dice.choice((dice.choice(exact), dice.choice(keys)))} | dice.choice(({}, {"descending": True}))
    if dice.randrange(3) == 0:
        made["totals"] = False
    return made


def grouped(count, seed):
    """Requests of several dimensions for records.CROSS."""
    dice, names = random.Random(seed), [d["name"] for d in records.CROSS["dimensions"]]
    inside = [m["name"] for m in records.MEASURES if m["op"] not in ("peak", "peakValue")]
    for _ in range(count):
        made = parameters(dice)
        if dice.randrange(3) == 0:
            made["filters"] = dict(dice.choice(FILTERS))
        if dice.randrange(5):
            made["measures"] = dice.sample(inside, dice.randrange(1, 5))
        if dice.randrange(6):
            made |= rows_of(dice, names, made.get("measures", inside))
        if len(made.get("groupBy", ())) > 1:
            made.pop("compare", None)
        yield made


def requests(count, seed):
    dice, names = random.Random(seed), [d["name"] for d in records.DIMENSIONS]
    for i in range(count):
        made = parameters(dice)
        for _ in range(dice.randrange(3)):
            made.setdefault("filters", {}).update(dice.choice(FILTERS))
        if dice.randrange(4):
            made["groupBy"] = [names[i % len(names)]]
            made["measures"] = dice.sample(records.NAMES, dice.randrange(1, 9))
            if all(records.MEASURES[records.NAMES.index(name)]["op"] in ("peak", "peakValue") for name in made["measures"]):
                made["measures"].append("all")
        elif dice.randrange(2):
            made["measures"] = dice.sample(records.NAMES, dice.randrange(1, 12))
        if dice.randrange(3) == 0:
            made["includeInactive"] = True
        yield made
