"""Which groups come first is right by whatever way it is asked, however many values there are beside maxGroups; beyond what
is told apart the job fails and says of which dimension. Amounts that are texts are no numbers, and the job says so."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from stack import Stack

SALES, MANY = 3_001, 100_001
AT = datetime(2026, 10, 1, tzinfo=UTC)


def definition(report_type, collection, field):
    return {
        "reportType": report_type,
        "title": "Sales",
        "filePrefix": "Sales",
        "collection": collection,
        "dateField": "at",
        "maxGroups": 1000,
        "dimensions": [{"name": "receipt", "label": "Receipt", "field": "receipt"}],
        "measures": [
            {"name": "sales", "label": "Sales", "op": "count"},
            {"name": "revenue", "label": "Revenue", "op": "sum", "field": field},
            {"name": "best", "label": "Best receipt", "op": "peak", "dimension": "receipt", "of": "revenue", "format": "text"},
            {"name": "bestRevenue", "label": "Its revenue", "op": "peakValue", "dimension": "receipt", "of": "revenue"},
        ],
        "columns": [{"field": "receipt", "label": "Receipt"}],
        "summary": ["sales", "revenue", "best", "bestRevenue"],
        "tables": [
            {"title": "Worst", "dimension": "receipt", "measures": ["revenue"], "sort": {"by": "revenue"}, "maxRows": 4},
        ],
    }


def revenue(n):
    """Of each sale another, not in the order of time; the highest are late."""
    return n * 1009 % SALES


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Stack("ranking") as stack:
        stack.reports_dir = tmp_path_factory.mktemp("ranking")
        for name, collection, field in (("sales", "sales", "price"), ("texts", "sales", "shown"), ("many", "many", "price")):
            (stack.reports_dir / f"{name}.json").write_text(json.dumps(definition(name, collection, field)))
        stack.db.sales.insert_many([
            {"_id": n, "at": AT + timedelta(minutes=n), "receipt": f"B{n:05}", "price": revenue(n), "shown": f"{revenue(n)}.00"}
            for n in range(SALES)
        ])
        stack.db.many.insert_many([{"_id": n, "at": AT, "receipt": n, "price": 1} for n in range(MANY)])
        stack.create_topics()
        for service in ("gateway", "executor"):
            stack.start(service)
        yield stack


RANKED = sorted(((revenue(n), f"B{n:05}") for n in range(SALES)), reverse=True)


def made(stack, report_type, output, **parameters):
    client = stack.api()
    job = client.wait(client.create(
        {"reportType": report_type, "name": "Ranking", "parameters": parameters, "output": output}
    ))
    return job, client.download(job["id"]).content.decode("utf-8-sig")


@pytest.mark.parametrize("how", [
    {"top": {"n": 5, "by": "revenue"}}, {"sort": {"by": "revenue", "descending": True}},
])
def test_the_highest_of_all(own, how):
    _, text = made(own, "sales", {"format": "csv"}, groupBy=["receipt"], measures=["revenue"], **how)
    rows = list(csv.reader(io.StringIO(text)))[1:]
    n = 5 if "top" in how else 1000
    assert [(int(value), name) for name, value in rows[:n]] == RANKED[:n]
    assert rows[n:] == [["(other)", str(sum(value for value, _ in RANKED[n:]))]]


def test_the_lowest_and_the_peak_of_all(own):
    job, text = made(own, "sales", {"format": "json", "content": "tables"})
    found = json.loads(text)
    figures = {figure["name"]: figure["value"] for figure in found["figures"]}
    assert (figures["bestRevenue"], figures["best"]) == RANKED[0]
    lowest = RANKED[::-1][:3]
    assert [(row[1], row[0]) for row in found["tables"][0]["rows"]] == [
        *lowest, (sum(value for value, _ in RANKED) - sum(value for value, _ in lowest), "(other)")
    ]
    assert found["notes"] == ["Worst: only the first by “Revenue” have rows of their own; all others are counted under (other)."]
    assert "warnings" not in job


def test_too_many_to_rank(own):
    client = own.api()
    asked = {"reportType": "many", "name": "Many", "output": {"format": "csv"}, "parameters": {
        "groupBy": ["receipt"], "measures": ["sales"], "top": {"n": 3, "by": "sales"},
    }}
    job = client.wait(client.create(asked), "failed", seconds=120)
    assert job["error"]["code"] == "TOO_MANY_GROUPS"
    assert "more than 100000 different values of the dimension 'receipt'" in job["error"]["message"]
    del asked["parameters"]["top"]
    asked["parameters"]["sort"] = {"by": "receipt"}  # else it is that of the definition's table
    job = client.wait(client.create(asked), seconds=120)
    assert job["result"]["summary"]["notes"] == [
        "Receipt: there are too many different values to tell all of them apart; all after the first 100,000 are counted under "
        "(other).",
        "Receipt: only the 1,000 most frequent values have groups of their own; all others are counted under (other).",
    ]
    rows = list(csv.reader(io.StringIO(client.download(job["id"]).content.decode("utf-8-sig"))))
    assert rows[-1] == ["(other)", str(MANY - 1000)]


def test_amounts_that_are_texts(own):
    job, _ = made(own, "texts", {"format": "csv"}, groupBy=["receipt"], measures=["revenue"])
    assert [(warning["code"], warning["message"].split(", so ")[0]) for warning in job["warnings"]] == [(
        "FIELD_NOT_A_NUMBER",
        "none of the 1,000 records looked at in 'sales' has a number in 'shown' (measure 'revenue')",
    )]
