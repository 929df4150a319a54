"""What a report reads, and what it is when nothing is there: filters with operators, computed again in Python on the
same records."""

import csv
import io
import json
import shutil
import zipfile
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from maildev import MailDev
from stack import TOP, Stack, address, command, event_headers
from wait import until

ISTANBUL = ZoneInfo("Europe/Istanbul")
OPERATORS = ["in", "not", "range", "contains", "absent"]
TICKETS = {
    "reportType": "tickets",
    "title": "Tickets",
    "filePrefix": "Tickets",
    "collection": "tickets",
    "dateField": "at",
    "timeZone": "Europe/Istanbul",
    "inactive": {"field": "state", "value": "spam"},
    "filters": [
        {"name": "departmentIds", "field": "department"},
        {"name": "departments", "field": "department", "operators": OPERATORS},
        {"name": "topic", "label": "Topic", "field": "topic", "operators": OPERATORS},
        {"name": "wait", "label": "Wait (s)", "field": "wait", "operators": OPERATORS},
        {"name": "closed", "field": "closed", "operators": ["range", "absent"]},
    ],
    "dimensions": [{"name": "agent", "label": "Agent", "field": "agent"}],
    "measures": [
        {"name": "tickets", "label": "Tickets", "op": "count"},
        {"name": "wait", "label": "Wait", "op": "sum", "field": "wait", "format": "decimal", "decimals": 1},
    ],
    "summary": ["tickets", "wait"],
    "columns": [{"field": "_id", "label": "Ticket"}, {"field": "agent", "label": "Agent"}],
}
SERIOUS = TICKETS | {
    "reportType": "serious",
    "where": [
        {"field": "department", "equals": ["support", "sales"]},
        {"any": [{"field": "wait", "gte": 15}, {"field": "topic", "equals": ["bi"]}]},
        {"field": "agent", "equals": ["a4"], "not": True},
    ],
}
FIGURES = TICKETS | {
    "reportType": "figures",
    "columns": [],
    "tables": [
        {"title": "By agent", "dimension": "agent", "measures": ["tickets"], "chart": "column", "chartMeasure": "tickets"},
        {"title": "Waits", "dimension": "agent", "measures": ["wait"]},
    ],
    "mailChartTable": "By agent",
}
BARE = FIGURES | {"reportType": "bare"}
del BARE["columns"], BARE["tables"], BARE["mailChartTable"]
SILENT = TICKETS | {"reportType": "silent", "onEmpty": "skip"}
LOOKUP = {"collection": "agents", "key": "_id", "label": "person.name"}
NAMED = TICKETS | {
    "reportType": "named",
    "dimensions": [{"name": "agent", "label": "Agent", "field": "agent", "lookup": LOOKUP}],
    "columns": [{"field": "_id", "label": "Ticket"}, {"field": "agent", "label": "Agent", "lookup": LOOKUP}],
    "tables": FIGURES["tables"][:1],
    "mailChartTable": "By agent",
}
NAMES = {"a0": "Ann Özil", "a1": "Ben", "a2": "Ben", "a3": "=cmd()"}
TOPICS = ("Billing", "a BILL (50 %)", "Ärger mit *.*", "$where", "bi", None)
AT = datetime(2024, 3, 30, 20, tzinfo=timezone.utc)


def tickets():
    """240 of them over three days, with gaps in every field."""
    for n in range(240):
        ticket = {
            "_id": f"t{n:03}",
            "at": AT + timedelta(minutes=20 * n),
            "department": ("support", "sales", "hr")[n % 3],
            "agent": f"a{n % 5}",
            "state": "spam" if n % 11 == 0 else "open",
            "topic": TOPICS[n % len(TOPICS)],
            "wait": (n % 40) * (0.5 if n % 2 else 1),
        }
        if n % 7:
            ticket["closed"] = ticket["at"] + timedelta(hours=n % 30)
        if n % 13 == 0:
            del ticket["wait"], ticket["topic"]
        yield ticket


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading")
    with Stack("reading") as stack:
        stack.reports_dir = folder / "reports"
        shutil.copytree(TOP / "schemas/reports", stack.reports_dir)
        (stack.reports_dir / "tickets.json").write_text(json.dumps(TICKETS))
        for definition in (SERIOUS, FIGURES, BARE, SILENT, NAMED):
            (stack.reports_dir / f"{definition['reportType']}.json").write_text(json.dumps(definition))
        stack.db.agents.insert_many([{"_id": key, "person": {"name": name}} for key, name in NAMES.items()])
        stack.db.tickets.insert_many(list(tickets()))
        stack.create_topics()
        for service in ("gateway", "executor", "notifier"):
            stack.start(service)
        yield stack


def asked(parameters, format="csv", type="tickets", **more):
    return {"reportType": type, "name": "x", "parameters": parameters, "output": {"format": format}} | more


def listed(client, job_id):
    """The ids in the list of a CSV file."""
    rows = list(csv.reader(io.StringIO(client.download(job_id).text, newline="")))
    return [row[0] for row in rows[1:]]


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL)


def wait_of(ticket):
    return ticket.get("wait")


CASES = [
    ({"wait": {"from": "10", "to": "20"}}, lambda t: wait_of(t) is not None and 10 <= t["wait"] <= 20, "10 to 20"),
    ({"wait": {"from": "9.5"}}, lambda t: wait_of(t) is not None and t["wait"] >= 9.5, "from 9.5"),
    ({"wait": {"to": "0"}}, lambda t: wait_of(t) is not None and t["wait"] <= 0, "up to 0"),
    ({"wait": {"not": ["0", "10"]}}, lambda t: wait_of(t) not in (0, 10), "not 0, 10"),
    ({"wait": {"absent": True}}, lambda t: wait_of(t) is None, "(none)"),
    ({"wait": {"absent": False, "not": ["0"]}}, lambda t: wait_of(t) not in (None, 0), "not 0, not (none)"),
    ({"wait": {"from": "b"}}, lambda t: False, "from b"),
    ({"topic": {"in": ["Billing", "bi"]}}, lambda t: t.get("topic") in ("Billing", "bi"), "Billing, bi"),
    ({"topic": {"contains": "bill"}}, lambda t: "bill" in (t.get("topic") or "").lower(), "contains “bill”"),
    ({"topic": {"contains": "ÄRGER"}}, lambda t: "ärger" in (t.get("topic") or "").lower(), "contains “ÄRGER”"),
    ({"topic": {"contains": "*.*"}}, lambda t: "*.*" in (t.get("topic") or ""), "contains “*.*”"),
    ({"topic": {"contains": ".*"}}, lambda t: ".*" in (t.get("topic") or ""), "contains “.*”"),
    ({"topic": {"contains": "$where"}}, lambda t: t.get("topic") == "$where", "contains “$where”"),
    ({"topic": {"contains": "(" * 200}}, lambda t: False, "contains “" + "(" * 200 + "”"),
    ({"topic": {"absent": True}}, lambda t: t.get("topic") is None, "(none)"),
    ({"topic": {"from": "A", "to": "a"}}, lambda t: "A" <= (t.get("topic") or "") <= "a", "A to a"),
    (
        {"closed": {"from": "2024-03-31", "to": "2024-03-31"}},
        lambda t: "closed" in t and day("2024-03-31") <= t["closed"] < day("2024-04-01"), "2024-03-31 to 2024-03-31",
    ),
    (
        {"closed": {"from": "2024-03-31T12:00:00Z"}},
        lambda t: "closed" in t and t["closed"] >= datetime(2024, 3, 31, 12, tzinfo=timezone.utc),
        "from 2024-03-31T12:00:00Z",
    ),
    (
        {"wait": {"from": "3", "to": "30"}, "topic": {"not": ["bi"]}, "departmentIds": {"in": ["hr", "sales"]}},
        lambda t: 3 <= (wait_of(t) or 0) <= 30 and t.get("topic") != "bi" and t["department"] != "support", "3 to 30",
    ),
]


@pytest.mark.parametrize("inactive", [False, True])
@pytest.mark.parametrize("filters, passes, text", CASES)
def test_filters_with_operators(own, filters, passes, text, inactive):
    client = own.api()
    job = client.wait(client.create(asked({"filters": filters, "includeInactive": inactive})))
    wanted = [t for t in tickets() if passes(t) and (inactive or t["state"] != "spam")]
    assert listed(client, job["id"]) == [t["_id"] for t in wanted]
    figures = {f["name"]: f["value"] for f in job["result"]["summary"]["figures"]}
    assert figures == {"tickets": len(wanted), "wait": sum(wait_of(t) or 0 for t in wanted)}
    limits = job["result"]["summary"]["filters"]
    assert text in [limit["text"] for limit in limits] and job["parameters"]["filters"] == filters
    assert {limit["label"] for limit in limits} <= {"Wait (s)", "Topic", "Closed", "Departments"}


def test_a_command_has_the_same_operators(own):
    body = command(asked({"filters": {"wait": {"from": "10", "to": "20"}}}))
    own.publish("job.commands.normal", json.dumps(body), key="k", headers=event_headers("job.submit", "reader"))
    job_id = until(lambda: own.db.jobs.find_one({"source": "kafka"}), 20, "the command is a job")["_id"]
    client = own.api(roles=["admin"])
    client.wait(job_id)
    wanted = [t["_id"] for t in tickets() if t["state"] != "spam" and 10 <= (wait_of(t) or 0) <= 20]
    assert listed(client, job_id) == wanted


@pytest.mark.parametrize(
    "filters, pointer, message",
    [
        ({"closed": {"contains": "x"}}, "closed/contains", "its operators are: range, absent"),
        ({"closed": ["x"]}, "closed", "its operators are: range, absent"),
        ({"wait": {"$gt": "1"}}, "wait/$gt", "is not known"),
        ({"wait": {"in": [{"$gt": ""}]}}, "wait/in/0", "must be a string"),
        ({"wait": {"in": [str(n) for n in range(1001)]}}, "wait/in", "at most 1000 items"),
        ({"wait": {"contains": "x" * 201}}, "wait/contains", "at most 200 characters"),
        ({"wait": {"from": "2", "to": "1"}}, "wait/to", "must not be before from"),
        ({"departmentIds": {"not": ["hr"]}}, "departmentIds/not", "its operators are: in"),
    ],
)
def test_other_operators_are_refused_by_name(own, filters, pointer, message):
    answer = own.api().post(json=asked({"filters": filters}))
    assert answer.status_code == 400
    details = answer.json()["error"]["details"]
    assert [d["pointer"] for d in details] == [f"/parameters/filters/{pointer}"]
    assert message in details[0]["message"]


@pytest.mark.parametrize(
    "filters",
    [
        {"departments": {"not": ["support"]}}, {"departments": {"contains": "s"}}, {"departments": {"absent": False}},
        {"departments": {"from": "a", "to": "z"}}, {"departments": ["hr", "support"]}, {"topic": {"absent": True}},
        {"departmentIds": {"in": ["support"]}, "departments": {"not": ["nothing"]}},
    ],
)
def test_no_operator_reaches_another_department(own, filters):
    """Not even where a definition has a further filter on the same field."""
    client = own.api(departments=["support"])
    job = client.wait(client.create(asked({"filters": filters})))
    seen = {t["_id"]: t["department"] for t in tickets()}
    assert {seen[ticket] for ticket in listed(client, job["id"])} <= {"support"}
    assert job["departments"] == ["support"]


def test_departments_by_operators_are_refused(own):
    client = own.api(departments=["support"])
    for beyond in ({"in": ["hr"]}, {"in": ["support", "hr"]}):
        answer = client.post(json=asked({"filters": {"departmentIds": beyond}}))
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "DEPARTMENT_FORBIDDEN"
    for operator in ({"not": ["x"]}, {"contains": "s"}, {"from": "a"}, {"to": "z"}, {"absent": True}):
        answer = client.post(json=asked({"filters": {"departmentIds": operator}}))
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("more", [{}, {"includeInactive": True}, {"filters": {"wait": {"absent": False, "to": "25"}}}])
def test_the_default_filter_leaves_records_out_everywhere(own, more):
    client = own.api()
    job = client.wait(client.create(asked(more, type="serious")))
    wanted = [
        t for t in tickets()
        if t["department"] != "hr" and t["agent"] != "a4" and ((wait_of(t) or 0) >= 15 or t.get("topic") == "bi")
        and ("includeInactive" in more or t["state"] != "spam")
        and ("filters" not in more or (wait_of(t) is not None and t["wait"] <= 25))
    ]
    assert 0 < len(wanted) < 100
    assert listed(client, job["id"]) == [t["_id"] for t in wanted]
    figures = {f["name"]: f["value"] for f in job["result"]["summary"]["figures"]}
    assert figures == {"tickets": len(wanted), "wait": sum(wait_of(t) or 0 for t in wanted)}
    assert job["result"]["records"] == job["progress"]["recordsProcessed"] == len(wanted)
    grouped = client.wait(client.create(asked(more | {"groupBy": ["agent"]}, type="serious")))
    rows = {row[0]: row[1] for row in grouped["result"]["summary"]["table"]["rows"]}
    agents = [t["agent"] for t in wanted]
    assert rows == {agent: agents.count(agent) for agent in set(agents)}


def open_tickets():
    return [t for t in tickets() if t["state"] != "spam"]


def test_a_workbook_without_a_list(own):
    client, recipient = own.api(), address(own, "figures")
    job = client.wait_mailed(client.create(asked({}, "xlsx", "figures", delivery={"recipients": [recipient]})))
    book = openpyxl.load_workbook(io.BytesIO(client.download(job["id"]).content))
    assert book.sheetnames == ["Summary", "By agent", "Waits"]
    agents = [t["agent"] for t in open_tickets()]
    rows = {row[0]: row[1] for row in book["By agent"].iter_rows(min_row=2, values_only=True)}
    assert {agent: rows[agent] for agent in set(agents)} == {agent: agents.count(agent) for agent in set(agents)}
    _, message = MailDev().only(recipient)
    attached = [part for part in message.walk() if part.get_filename()]
    assert openpyxl.load_workbook(io.BytesIO(attached[-1].get_content())).sheetnames == book.sheetnames


def test_a_csv_without_a_list_has_the_tables(own):
    client = own.api()
    job = client.wait(client.create(asked({}, "csv", "figures")))
    with zipfile.ZipFile(io.BytesIO(client.download(job["id"]).content)) as file:
        assert {"By agent.csv", "Waits.csv"} <= set(file.namelist())
        rows = list(csv.reader(io.StringIO(file.read("By agent.csv").decode(), newline="")))
    assert rows[0] == ["Agent", "Tickets"] and sum(int(row[1]) for row in rows[1:] if row[0][0] == "a") == len(open_tickets())
    grouped = client.wait(client.create(asked({"groupBy": ["agent"]}, "csv", "bare")))
    rows = list(csv.reader(io.StringIO(client.download(grouped["id"]).text, newline="")))
    assert sum(int(row[1]) for row in rows[1:]) == len(open_tickets())
    bare = client.wait(client.create(asked({}, "xlsx", "bare")))
    assert openpyxl.load_workbook(io.BytesIO(client.download(bare["id"]).content)).sheetnames == ["Summary"]


@pytest.mark.parametrize(
    "type, output, pointer",
    [
        ("bare", {"format": "csv"}, "/output/format"), ("figures", {"format": "csv", "content": "list"}, "/output/content"),
        ("figures", {"format": "xlsx", "content": "list"}, "/output/content"),
    ],
)
def test_a_file_of_nothing_is_refused(own, type, output, pointer):
    answer = own.api().post(json=asked({}, type=type) | {"output": output})
    assert answer.status_code == 400 and [d["pointer"] for d in answer.json()["error"]["details"]] == [pointer]


NOBODY = {"filters": {"topic": ["nobody asks about this"]}}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("type, more", [("tickets", {"onEmpty": "skip"}), ("silent", {})])
def test_nothing_is_made_of_no_records(own, type, more, format):
    client, recipient = own.api(), address(own, "empty")
    job_id = client.create(asked(NOBODY | more, format, type, delivery={"recipients": [recipient]}))
    job = client.wait(job_id)
    assert job["result"] == {
        "empty": True, "records": 0,
        "message": "no record was there to report on, so there is no file and no mail (onEmpty: skip)",
    }
    assert job["delivery"] | {"onFailure": ""} == {
        "total": 0, "sent": 0, "failed": 0, "bounced": 0, "unknown": 0, "pending": 0, "onFailure": "", "recipients": [],
    }
    answer = client.get(f"/{job_id}/download")
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "REPORT_EMPTY"
    link = client.post(f"/{job_id}/links")
    assert link.status_code == 409 and link.json()["error"] == answer.json()["error"]
    listed_job = next(j for j in client.get("", params={"limit": 100}).json()["data"] if j["id"] == job_id)
    assert listed_job["status"] == "completed" and listed_job["output"] == {"format": format, "empty": True}
    until(lambda: not own.db.jobs.find_one({"_id": job_id}).get("mailPending"), 20, "nobody waits for its mail")
    assert own.files_of(job_id) == [] and own.db.deliveries.count_documents({"jobId": job_id}) == 0
    assert not MailDev().listed(recipient)

    def completed(seen):
        values = [json.loads(message.value()) for message in seen]
        return [v for v in values if v["jobId"] == job_id and v["state"] == "completed"]

    event = completed(own.consume("job.events", completed))[0]
    assert event["empty"] is True and "artifact" not in event
    assert "none: no record was there" in own.jobctl(
        "watch", job_id, JW_TOKEN=own.token(), JW_GATEWAY_URL=own.running("gateway")[0].url
    ).stdout


def test_what_has_records_is_sent_as_always(own):
    client = own.api()
    job = client.wait(client.create(asked({"onEmpty": "skip"})))
    assert job["result"]["records"] == len(open_tickets()) and "empty" not in job["result"]
    sent = client.wait(client.create(asked(NOBODY | {"onEmpty": "send"}, type="silent")))
    assert sent["result"]["records"] == 0 and listed(client, sent["id"]) == []
    answer = client.post(json=asked({"onEmpty": "never"}))
    assert answer.status_code == 400 and answer.json()["error"]["details"][0]["pointer"] == "/parameters/onEmpty"


def test_names_that_two_ids_have_are_compared_by_id(own):
    """An hour in which one Ben has a ticket, and the hour before, in which the other has: each has a row of his own."""
    client, start = own.api(), AT + timedelta(minutes=135)
    range = {"startDate": start.isoformat(), "endDate": (start + timedelta(minutes=59)).isoformat()}
    more = {"dateRange": range, "groupBy": ["agent"], "compare": "previous", "sort": {"by": "agent"}}
    job = client.wait(client.create(asked(more, "json", "named")))
    rows = client.download(job["id"]).json()["tables"][0]["rows"]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("=cmd()", 1, 0), ("Ben (a2)", 1, 0), ("a4", 1, 1), ("Ann Özil", 0, 1), ("Ben (a1)", 0, 1), ("Total", 3, 3),
    ]


SHOWN = NAMES | {"a1": "Ben (a1)", "a2": "Ben (a2)", "a4": "a4"}


@pytest.mark.parametrize("departments", [None, ["support"]])
def test_ids_are_shown_as_names(own, departments):
    client = own.api() if departments is None else own.api(departments=departments)
    seen = [t for t in open_tickets() if departments is None or t["department"] in departments]
    agents = [t["agent"] for t in seen]
    counts = {SHOWN[agent]: agents.count(agent) for agent in set(agents)}
    job = client.wait(client.create(asked({}, "xlsx", "named")))
    book = openpyxl.load_workbook(io.BytesIO(client.download(job["id"]).content))
    rows = list(book["By agent"].iter_rows(min_row=2, values_only=True))
    assert {row[0]: row[1] for row in rows} == counts
    assert dict(zip(*(job["result"]["summary"]["chart"][key] for key in ("labels", "values")))) == counts
    shown = [NAMES.get(t["agent"], t["agent"]) for t in seen]
    assert [row[1] for row in book["Records"].iter_rows(min_row=2, values_only=True)] == shown
    document = client.download(client.wait(client.create(asked({}, "json", "named")))["id"]).json()
    assert [row["agent"] for row in document["rows"]] == shown
    grouped = client.wait(client.create(asked({"groupBy": ["agent"]}, "csv", "named")))
    rows = list(csv.reader(io.StringIO(client.download(grouped["id"]).text, newline="")))[1:]
    assert {row[0].removeprefix("'"): int(row[1]) for row in rows} == counts

