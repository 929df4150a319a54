"""The examples of the success answers in the OpenAPI files are real answers: each has the members, and the types, of the one
that the gateway gives to a request like it. JW_EXAMPLES_FILE names a file that the real answers are written to.
"""
import datetime
import json
import os

import pytest

from receiver import Receiver
from stack import CONTRACTS, JOBS, TOP, Stack, address, weekly
from test_schedules import schedules_file
from test_seed_000 import failed
from wait import until

TEMPLATES = "/api/v2/reports/templates"
SCHEDULES = "/api/v1alpha1/jobs"
CALENDARS = "/api/v1alpha1/calendars"
BOUNCES = "/api/v1alpha1/bounces"
SETTINGS = {
    "reportType": "call-records",
    "parameters": {"period": {"type": "weekly"}, "groupBy": ["agent"]},
    "output": {"format": "xlsx"},
}
# whose members are named by what was asked for, not by the API
NAMED_BY_DATA = ("$.data[].filterOperators", "$.data.result.summary")
SOMETIMES = ("estimatedWaitTime", "queuePosition")  # left out while a figure is missing


def bounce_about(delivery_id):
    """What Postfix writes when it could not deliver the mail of a delivery."""
    sample = (TOP / "tests/data/bounces/postfix.eml").read_text(encoding="utf-8")
    return sample.replace("0f3b9a52-3a0e-5d2b-9a86-2b8c1a3f5f10", delivery_id)


class Recorder:
    """Asks as an Api does, and keeps the answer under the operation's id."""

    def __init__(self, api):
        self.api = api
        self.answers = {}

    def __call__(self, operation, method, path, status=200, **options):
        answer = self.api.request(method, path, **options)
        assert answer.status_code == status, f"{operation}: {answer.status_code} {answer.text}"
        body = answer.json()
        self.answers[operation] = body
        return body["data"] if isinstance(body, dict) and "data" in body else body


NIGHTLY = {
    "id": "nightly-report",
    "trigger": {"type": "cron", "cron": "0 2 * * *"},
    "time_zone": "Europe/Berlin",
    "job": {
        "name": "Nightly calls",
        "reportType": "call-records",
        "parameters": {"period": {"type": "weekly"}},
        "output": {"format": "csv"},
    },
}


def of_one_schedule(ask):
    one = f"{SCHEDULES}/{NIGHTLY['id']}"
    ask("previewSchedule", "POST", f"{SCHEDULES}/preview", json={name: NIGHTLY[name] for name in ("trigger", "time_zone")})
    ask("createScheduledJob", "POST", SCHEDULES, 201, json=NIGHTLY)
    ask("previewScheduledJob", "POST", f"{one}/preview")
    ask("putScheduledJob", "PUT", one, json=NIGHTLY | {"misfire": "skip"})
    ask("runScheduledJob", "POST", f"{one}/run", 202)
    days = {"from": "2026-01-05T00:00:00Z", "to": "2026-01-07T00:00:00Z"}
    ask("backfillScheduledJob", "POST", f"{one}/backfill", 202, json=days)
    until(lambda: len(ask("listScheduledJobOccurrences", "GET", f"{one}/occurrences")["occurrences"]) == 3, 30, "all are there")
    ask("getScheduledJob", "GET", one)
    ask("getScheduledJobDefinition", "GET", f"{one}/definition")
    ask("changeScheduledJob", "PATCH", one, json={"paused": True, "note": "until the import works again"})


def of_calendars(ask):
    """One that the nightly report names, and is taken from it in the end."""
    days = {
        "dates": ["2026-12-28"], "ranges": [{"first": "2026-08-03", "last": "2026-08-07"}],
        "weekdays": ["SAT", "SUN"], "yearly": ["12-25", "12-26"],
    }
    one = f"{CALENDARS}/closed"
    ask("putCalendar", "PUT", one, 201, json=days)
    ask("getCalendar", "GET", one)
    ask("listCalendars", "GET", CALENDARS)
    ask.api.request("PATCH", f"{SCHEDULES}/{NIGHTLY['id']}", json={"calendar": "closed", "paused": False})
    assert len(ask("listJobsOfCalendar", "GET", f"{one}/jobs")["jobs"]) == 1
    ask.api.request("PATCH", f"{SCHEDULES}/{NIGHTLY['id']}", json={"calendar": None})
    ask("deleteCalendar", "DELETE", one)


def of_schedules(tmp_path_factory):
    """Those of the API of schedules, which are made by a file. There is nobody to run their jobs."""
    with Stack("examples") as own:
        own.create_topics()
        own.start("gateway")
        file = schedules_file(tmp_path_factory.mktemp("schedules"), "x")
        own.start("scheduler", JW_SCHEDULES_FILE=file)
        ask = Recorder(own.keyed(own.api_key()))
        ids = [job["id"] for job in ask("listScheduledJobs", "GET", SCHEDULES)["jobs"]]
        assert len(ids) == 3
        of_one_schedule(ask)
        of_calendars(ask)
        ask("deleteScheduledJob", "DELETE", f"{SCHEDULES}/{ids[0]}")
    return ask.answers


def of_mailed_reports(stack):
    ask = Recorder(stack.api(subject="u-examples", permissions=(), roles=("Admin",)))
    body = {
        "reportType": "Weekly", "startDate": "2021-01-11", "endDate": "2021-01-17", "sendEmail": True,
        "emailRecipients": [address(stack, "admin"), address(stack, "manager")],
    }
    report = ask("generateEmailReport", "POST", "/report/generate-email-report", json=body)["reportId"]
    more = {"reportExecutionId": report, "emailRecipients": [address(stack, "finance"), address(stack, "operations")]}
    ask("sendEmailReport", "POST", "/report/send-email-report", json=more)

    def all_sent():
        return ask("getEmailReport", "GET", f"/report/executions/{report}")["successfulDeliveries"] == 4

    until(all_sent, 60, "all are sent")
    ask("listEmailReports", "GET", "/report/execution-history?count=1")
    return ask.answers


def of_webhooks(calls_csv):
    """On a stack that may send to this machine."""
    allowed = {"JW_WEBHOOK_ALLOW_PRIVATE": "127.0.0.1/32", "JW_WEBHOOK_ALLOW_HTTP": "true"}
    env = {"gateway": allowed, "notifier": allowed | {"JW_WEBHOOK_RETRIES": "200ms 200ms"}}
    receiver = Receiver()
    try:
        with Stack("examples-webhooks", env=env) as own:
            own.import_csv(calls_csv)
            own.start_all()
            ask = Recorder(own.api(subject="u-examples", permissions=(), roles=("Admin",)))
            body = {"url": f"{receiver.url}/hooks", "events": ["report.generated", "email.bounced"],
                    "description": "to the CRM", "reportTypes": ["call-records"]}
            root = "/report/webhooks"
            one = f"{root}/{ask('createWebhook', 'POST', root, 201, json=body)['id']}"
            ask("listWebhooks", "GET", root)
            ask("getWebhook", "GET", one)
            test = ask("testWebhook", "POST", f"{one}/test", 202, json={})["id"]
            until(lambda: receiver.posts("/hooks"), 30, "the test")
            receiver.plan("/hooks", (502, {}, b"Bad Gateway"))
            own.api().create(weekly())
            until(lambda: len(receiver.posts("/hooks")) == 3, 30, "the event, twice")

            def sent():
                log = ask("listWebhookDeliveries", "GET", f"{one}/deliveries?limit=1")
                return log["deliveries"][0]["status"] == "sent"

            until(sent, 30, "it is sent")
            ask("replayWebhookDelivery", "POST", f"{one}/deliveries/{test}/replay", 202, json={})
            ask("changeWebhook", "PATCH", one, json={"enabled": False})
            own.api().wait(own.api().create(weekly()))
            until(lambda: own.db.deliveries.find_one({"channel": "webhook", "state": "failed"}), 30, "it misses one")
            ask("changeWebhook", "PATCH", one, json={"enabled": True})
            ask("replayWebhook", "POST", f"{one}/replay", 202, json={})
            ask("rotateWebhookSecret", "POST", f"{one}/secret/rotate", json={})
            return ask.answers
    finally:
        receiver.close()


@pytest.fixture(scope="module")
def answers(stack, tmp_path_factory, calls_csv):
    """{operationId: its answer}"""
    ask = Recorder(stack.api(subject="u-examples"))
    wanted = weekly([address(stack, "ops")], name="Calls of last week", visibility="department")
    job = ask("createReportJob", "POST", JOBS, 201, json=wanted)["id"]
    ask.api.wait_mailed(job)
    ask("getReportJob", "GET", f"/{job}")
    ask("listReportJobs", "GET", f"{JOBS}?status=completed&requestedBy=u-examples&limit=1")
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    scheduled = ask.api.create(weekly(scheduledFor=later.strftime("%Y-%m-%dT%H:%M:%SZ")))
    ask("cancelReportJob", "POST", f"/{scheduled}/cancel", json={"reason": "asked for by mistake"})
    ask("retryReportJob", "POST", f"/{failed(stack, ask.api)}/retry")
    ask("listReportDeliveries", "GET", f"/{job}/deliveries")
    ask("resendReport", "POST", f"/{job}/deliveries", 202, json={"recipients": [address(stack, "new")]})
    mail = bounce_about(ask.answers["listReportDeliveries"]["data"][0]["id"])
    asked, ask.api = ask.api, stack.keyed(stack.api_key("bounces"))
    ask("reportBounce", "POST", BOUNCES, data=mail, headers={"Content-Type": "message/rfc822"})
    ask.api = asked
    link = ask("createReportLink", "POST", f"/{job}/links", 201, json={"expiresIn": "24h", "description": "for the auditors"})
    ask("listReportLinks", "GET", f"/{job}/links")
    ask("revokeReportLink", "DELETE", f"/{job}/links/{link['id']}")
    ask("revokeReportLinks", "DELETE", f"/{job}/links")
    body = {"name": "Calls of the week", "description": "What the Monday meeting looks at", "settings": SETTINGS}
    template = ask("createReportTemplate", "POST", TEMPLATES, 201, json=body)["id"]
    ask("replaceReportTemplate", "PUT", f"{TEMPLATES}/{template}", json=body | {"name": "Calls"})
    ask("patchReportTemplate", "PATCH", f"{TEMPLATES}/{template}", json={"name": "Calls by agent"})
    ask("getReportTemplate", "GET", f"{TEMPLATES}/{template}")
    ask("listReportTemplates", "GET", f"{TEMPLATES}?owner=u-examples&limit=1")
    ask("deleteReportTemplate", "DELETE", f"{TEMPLATES}/{template}")
    ask("listReportTypes", "GET", "/api/v2/reports/types")
    ask.answers |= of_mailed_reports(stack)
    ask.answers |= of_webhooks(calls_csv)
    ask.answers |= of_schedules(tmp_path_factory)
    if "JW_EXAMPLES_FILE" in os.environ:
        with open(os.environ["JW_EXAMPLES_FILE"], "w", encoding="utf-8") as file:
            json.dump(ask.answers, file)
    return ask.answers


def examples():
    """{operationId: the example of its success answer}, of the operations that answer with JSON of ours."""
    found = {}
    for api in CONTRACTS:
        for _, path, operation, place in api.operations():
            for status, response in operation["responses"].items():
                _, response = api.resolve(f"{place}/responses/{status}", response)
                media = response.get("content", {}).get("application/json")
                if status.startswith("2") and media and path != "/openapi.json":
                    name = operation["operationId"]
                    found[name] = found.get(name) or media.get("example")  # of several answers, the first that has one
    return found


def form(value, at="$"):
    """What a value is made of: lists by the form of their items, objects by their members."""
    if at in NAMED_BY_DATA:
        return type(value).__name__
    if isinstance(value, dict):
        return {name: form(member, f"{at}.{name}") for name, member in value.items() if name not in SOMETIMES}
    if isinstance(value, list):
        forms = [form(item, f"{at}[]") for item in value]
        return [each for i, each in enumerate(forms) if each not in forms[:i]]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_every_operation_has_an_example_of_its_answer(answers):
    assert set(examples()) == set(answers)
    assert not [name for name, example in examples().items() if example is None]


@pytest.mark.parametrize("operation", sorted(examples()))
def test_the_example_is_as_the_real_answer(answers, operation):
    assert form(examples()[operation]) == form(answers[operation])


def test_another_form_is_seen():
    for one, other in (({"a": 1}, {"a": "1"}), ({"a": 1}, {}), ([{"a": 1}], [{"b": 1}]), ([], [1]), (True, 1)):
        assert form(one) != form(other)
