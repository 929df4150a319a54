"""Conditions, formulas, shares, deviations, distinct counts and percentiles of a definition, computed here once more in
plain Python, from the records alone."""

import csv
import io
import json
import math
import random
from datetime import datetime, timedelta, timezone
from fractions import Fraction

import pytest
from bson import Decimal128, Int64

import workbook
from maildev import MailDev
from smtpsink import text_of
from stack import Stack, address

BERLIN = timezone(timedelta(hours=1))  # in winter
FIRST = datetime(2024, 1, 1, tzinfo=BERLIN)
MEASURES = [
    {"name": "total", "label": "Visits", "op": "count"},
    {"name": "mid", "label": "Mid fees", "op": "count", "where": [{"field": "fee", "gte": 100, "lt": "250.5"}]},
    {"name": "late", "label": "Late", "op": "count", "where": [{"field": "at", "gt": "2024-01-10"}]},
    {"name": "noted", "label": "Noted", "op": "count", "where": [
        {"any": [{"field": "note", "contains": ["straße", "vip"]}, {"is": "rich"}]},
        {"field": "fee", "present": True},
    ]},
    {"name": "unpaid", "label": "Unpaid", "op": "count", "where": [{"field": "fee", "absent": True}]},
    {"name": "fees", "label": "Fees", "op": "sum", "field": "fee", "decimals": 2, "format": "decimal"},
    {"name": "each", "label": "Fee each", "op": "formula", "formula": "(fees - 2.5 * unpaid) / (total - unpaid) * 100",
     "decimals": 3, "format": "decimal"},
    {"name": "nothing", "label": "Nothing", "op": "formula", "formula": "fees / (total - total)"},
    {"name": "part", "label": "Share", "op": "share", "of": "fees", "decimals": 2, "format": "percent"},
    {"name": "spread", "label": "Spread", "op": "stddev", "field": "fee", "decimals": 4, "format": "decimal"},
    {"name": "people", "label": "People", "op": "distinct", "field": "person"},
    {"name": "middle", "label": "Median", "op": "median", "field": "fee", "decimals": 3, "format": "decimal"},
    {"name": "p95", "label": "p95", "op": "percentile", "p": 95, "field": "fee", "decimals": 3, "format": "decimal"},
    {"name": "p333", "label": "p33.3", "op": "percentile", "p": 33.3, "field": "fee", "decimals": 3,
     "format": "decimal"},
]
NAMES = [measure["name"] for measure in MEASURES]
DEFINITION = {
    "reportType": "fees",
    "title": "Fees",
    "filePrefix": "Fees",
    "collection": "fees",
    "dateField": "at",
    "timeZone": "Europe/Berlin",
    "conditions": [{"name": "rich", "where": [{"field": "fee", "gt": "499.75"}]}],
    "dimensions": [{"name": "ward", "label": "Ward", "field": "ward"}],
    "measures": MEASURES,
    "summary": NAMES,
    "tables": [{"title": "By ward", "dimension": "ward", "measures": NAMES}],
    "columns": [{"field": "_id", "label": "Visit"}],
}


def records():
    """14,000 of three wards, of which none has 10,000; fees of every type of number, some missing, some none."""
    numbers = random.Random(20240101)
    for i in range(14000):
        ward = numbers.choices("ABC", (60, 36, 4))[0]
        quarters = numbers.randrange(-40, 2200)
        kind = numbers.randrange(20)
        record = {
            "_id": f"V-{i}",
            "ward": ward,
            "at": FIRST + timedelta(minutes=i * 2),
            "person": numbers.choice((i, str(i), Decimal128(f"{i}.0"))) if kind % 4 else f"p{numbers.randrange(300)}",
            "note": numbers.choice(("Hauptstrasse 5", "Vip", "nothing", "STRASSE", 7, None)),
        }
        if kind < 16:
            record["fee"] = (quarters / 4, Decimal128(str(quarters / 4)), Int64(quarters // 4), quarters // 4)[kind % 4]
        elif kind == 16:
            record["fee"] = "n/a"
        elif kind == 17:
            record["fee"] = None
        yield record


def fee_of(record):
    fee = record.get("fee")
    return None if fee is None or isinstance(fee, str) else Fraction(str(fee))


def rounded(value, decimals):
    """Half up, away from zero."""
    scaled = abs(Fraction(value)) * 10**decimals
    return (1 if value >= 0 else -1) * float(Fraction(math.floor(scaled + Fraction(1, 2)), 10**decimals))


def quantile(values, percent):
    """At (n - 1) · p, linearly."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * Fraction(str(percent)) / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def deviation(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def is_noted(record):
    note = record["note"]
    folded = note.casefold() if isinstance(note, str) else ""
    fee = fee_of(record)
    return record.get("fee") is not None and ("strasse" in folded or "vip" in folded or (fee or 0) > Fraction("499.75"))


def expected(rows, all_fees):
    fees = [fee for fee in map(fee_of, rows) if fee is not None]
    unpaid = sum(record.get("fee") is None for record in rows)
    people = {str(record["person"]).removesuffix(".0") for record in rows}
    return {
        "total": len(rows),
        "mid": sum(100 <= fee < Fraction("250.5") for fee in fees),
        "late": sum(record["at"] >= datetime(2024, 1, 11, tzinfo=BERLIN) for record in rows),
        "noted": sum(map(is_noted, rows)),
        "unpaid": unpaid,
        "fees": rounded(sum(fees), 2),
        "each": rounded((sum(fees) - Fraction("2.5") * unpaid) / (len(rows) - unpaid) * 100, 3),
        "nothing": None,
        "part": rounded(sum(fees) / sum(all_fees) * 100, 2),
        "spread": rounded(deviation(fees), 4),
        "people": len(people),
        "middle": rounded(quantile(fees, 50), 3),
        "p95": rounded(quantile(fees, 95), 3),
        "p333": rounded(quantile(fees, 33.3), 3),
    }


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measures")
    with Stack("measures") as stack:
        stack.reports_dir = folder / "reports"
        stack.reports_dir.mkdir()
        (stack.reports_dir / "fees.json").write_text(json.dumps(DEFINITION))
        stack.records = list(records())
        stack.fees = [fee for fee in map(fee_of, stack.records) if fee is not None]
        stack.db.fees.insert_many(stack.records)
        stack.create_topics()
        for service in ("gateway", "executor", "notifier"):
            stack.start(service)
        yield stack


def ask(own, format, recipients=(), **parameters):
    client = own.api()
    job_id = client.create({
        "reportType": "fees",
        "name": "Fees",
        "parameters": parameters,
        "output": {"format": format},
        "delivery": {"recipients": list(recipients)},
    })
    return client, job_id


def test_groups_are_exact(own):
    client, job_id = ask(own, "csv", groupBy=["ward"], measures=NAMES)
    client.wait(job_id)
    text = client.download(job_id).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Ward"] for row in rows[:3]] == ["A", "B", "C"]
    for row in rows[:3]:
        want = expected([record for record in own.records if record["ward"] == row["Ward"]], own.fees)
        got = {m["name"]: float(row[m["label"]]) if row[m["label"]] else None for m in MEASURES}
        assert got == want, row["Ward"]


def test_figures_over_everything_say_what_is_estimated(own):
    recipient = address(own, "fees")
    client, job_id = ask(own, "xlsx", [recipient])
    client.wait_mailed(job_id)
    book = workbook.read(client.download(job_id).content)
    cells = {row[1]: row[2] for row in book["Summary"].iter_rows(values_only=True)}
    want = expected(own.records, own.fees)
    assert want["people"] > 10000 and len(own.fees) > 10000 and want["part"] == 100.0
    estimated = {"people", "middle", "p95", "p333"}
    for measure in MEASURES:
        name, value = measure["name"], cells[measure["label"]]
        if name == "nothing":
            assert value in (None, "n/a")
        elif name == "people":
            assert abs(value / want["people"] - 1) < 4 * 0.0081
        elif name in estimated:  # within 0.3 % of the ranks
            percent = {"middle": 50, "p95": 95, "p333": 33.3}[name]
            assert quantile(own.fees, percent - 0.31) <= value <= quantile(own.fees, percent + 0.31)
        else:
            assert value == pytest.approx(want[name], abs=1e-9), name
    _, message = MailDev().only(recipient)
    lines = text_of(message, "plain").splitlines()
    for measure in MEASURES:
        line = next(line for line in lines if measure["label"] in line)
        assert ("≈" in line) == (measure["name"] in estimated), line


def test_the_same_again(own):
    """The same records in the same order give the same file."""
    files = []
    for _ in range(2):
        client, job_id = ask(own, "csv", groupBy=["ward"], measures=["people", "middle"])
        client.wait(job_id)
        files.append(client.download(job_id).content)
    assert files[0] == files[1]


def test_what_cannot_be_is_refused_with_its_place(own):
    bad = own.temp / "reports"
    bad.mkdir()
    measures = MEASURES + [
        {"name": "x", "label": "X", "op": "formula", "formula": "fees / "},
        {"name": "y", "label": "Y", "op": "percentile", "field": "fee"},
        {"name": "z", "label": "Z", "op": "count", "where": [{"field": "fee", "gt": 5, "lt": "a"}]},
    ]
    (bad / "fees.json").write_text(json.dumps(DEFINITION | {"measures": measures}))
    done = own.jobctl("check-definitions", bad.parent, check=False)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    for part in ("/measures/14/formula: at character 8: expected a number", "/measures/15/p: is missing",
                 "/measures/16/where/0/lt: is no bound of the same sort"):
        assert part in said, said
