"""Mailed reports, /report: the contract, box by box, on running services.

A box is a line of the contract's part about this API. Its tests:

| box | tests |
| --- | --- |
| 401 and 403 are problem details | test_401_and_403_are_problem_details_to_the_byte |
| other errors {code,message,details,timestamp} | test_other_errors_are_code_message_details_timestamp |
| role Admin, names without case, no other way in | test_the_role_admin_in_any_case_and_nothing_else |
| generate: reportType exactly Weekly or Monthly | test_generate_report_type_is_exactly_weekly_or_monthly |
| generate: both dates or neither, start before end | test_generate_both_dates_or_neither_and_start_before_end |
| generate: sendEmail false unless said | test_generate_sends_nothing_unless_asked_to |
| generate: InvalidEmailAddresses, else ValidationError | test_generate_a_bad_address_is_its_own_code |
| generate: no recipients: the configured list, else 400 | test_generate_without_recipients_goes_to_the_configured_list_else_400 |
| default period, in the configured zone | test_generate_the_default_period_is_the_last_whole_week_or_month |
| the same: dates and default periods elsewhere | test_periods_are_in_the_configured_zone |
| 200 with all members, nine figures | test_generate_answers_200_with_all_members_and_true_figures |
| the mails: sent, counted, one a recipient | test_generate_sends_one_mail_to_each_and_says_so |
| successfulDeliveries and failedDeliveries are true | test_generate_tells_what_was_refused_and_what_was_put_off |
| a recipient named twice counts once | test_generate_a_recipient_named_twice_counts_once |
| Prefer: respond-async: 202 and Location | test_generate_respond_async_is_202_with_a_location |
| Prefer: wait=N | test_generate_wait_n_waits_n_seconds_at_most |
| 408, and the job is cancelled: no mail follows | test_generate_408_cancels_the_report_and_no_mail_follows |
| 500 ReportGenerationFailed | test_generate_500_report_generation_failed_says_why |
| Idempotency-Key | test_generate_the_same_idempotency_key_is_the_same_report |
| send-email-report: 200 Queued, a mail to each | test_send_queues_the_report_to_each_recipient_once |
| send-email-report: 404 ReportNotFound | test_send_of_what_is_not_there_is_404_report_not_found |
| send-email-report: a malformed id in a body is 400 | test_send_what_is_wrong_with_a_body |
| send-email-report: Idempotency-Key | test_send_the_same_idempotency_key_sends_once |
| executions/{id}: 202 before, 200 with the full answer after | test_executions_202_before_and_the_full_answer_after |
| history: bare array, newest first, 1 to 200 | test_history_is_a_bare_array_newest_first |
| history: triggerType, executionStatus, counts | test_history_has_what_was_asked_for_and_what_was_scheduled |
| history and download know these reports only | test_history_and_download_know_these_reports_only |
| download: the workbook, Range, ETag | test_download_is_the_workbook_with_range_and_etag |
| download: gone is 404 ReportNotFound | test_download_of_what_is_gone_is_404_report_not_found |
| a malformed id in a path is 404 ReportNotFound | test_a_malformed_id_in_a_path_is_404 |
| an empty period has zeros | test_an_empty_period_has_zeros |
| limits of a user across all gateways, RateLimit-*, 429 | test_limits_are_of_a_user_across_all_gateways |
| limits: replays and refusals do not count | test_limits_replays_do_not_count; and the one above |
| a waiting call holds no work: the gateway dies | test_a_gateway_dies_and_the_report_goes_on |
| the same, around its write | test_a_gateway_dies_around_its_write_and_there_is_one_report |
| a waiting call holds no work: the client leaves | test_a_client_leaves_and_the_report_goes_on |
| 256 waiting calls shut nobody out | test_256_waiting_calls_shut_nobody_out |
| the same jobs by Kafka, and in the list of report jobs | test_the_same_report_by_kafka_and_in_the_list_of_report_jobs |
| all APIs: ids, HEAD, OPTIONS, 405, 413, 415 | test_all_request_ids_head_options_405_413_and_415 |

The finer points stand in tests/unit/gateway/test_email.c; who may do what in test_authorization.py.
"""
import email.utils
import http.client
import json
import re
import threading
import time
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from independent import mean, rate, read_calls, rounded
from stack import Api, Stack, address, claims, command, crash_points, event_headers, sign, weekly
from wait import stays, until

GENERATE = "/report/generate-email-report"
SEND = "/report/send-email-report"
HISTORY = "/report/execution-history"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WEEK = {"reportType": "Weekly", "startDate": "2021-01-11T00:00:00Z", "endDate": "2021-01-17T23:59:59Z"}
MEMBERS = [
    "reportId", "reportType", "generatedAt", "periodStartDate", "periodEndDate", "fileName", "fileSizeBytes",
    "recordsProcessed", "generationDurationMs", "metricsSummary", "emailsSent", "recipientsCount", "successfulDeliveries",
    "failedDeliveries", "deliveryStatus",
]
METRICS = [
    "totalCalls", "answeredCalls", "missedCalls", "abandonedCalls", "answerRate", "averageCallDuration", "averageWaitTime",
    "peakHour", "peakHourCalls",
]
ROW = [
    "executionId", "reportType", "triggerType", "periodStartDate", "periodEndDate", "executionStatus", "startedAt",
    "completedAt", "recordsProcessed", "recipientsCount", "successfulDeliveries", "failedDeliveries",
]


@pytest.fixture(scope="module")
def own(calls_csv, mails):
    with Stack("seed-003", smtp_url=mails.url) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("gateway", "executor", "notifier"))
        yield stack


def admin_of(stack, subject=None, **more):
    """An admin of its own, whose limits no other test uses up."""
    return stack.api(sign(stack.key_file, claims(sub=subject or f"u-{uuid.uuid4()}", permissions=[], roles=["Admin"], **more)))


@pytest.fixture
def admin(own):
    return admin_of(own)


def generate(api, body, status=200, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = api.post(GENERATE, json=body, headers=given, timeout=90)
    assert answer.status_code == status, answer.text
    return answer


def refused(answer, status, code, *details):
    """The form of every refusal but 401 and 403, and lines of its details."""
    assert answer.status_code == status, answer.text
    error = answer.json()
    assert list(error) == ["code", "message", "details", "timestamp"] and error["code"] == code, answer.text
    assert answer.headers["Content-Type"] == "application/json" and datetime.fromisoformat(error["timestamp"])
    found = (error["details"] or "").split("\n") if details else [error["details"]]
    assert [line.partition(":")[0] for line in found if line] == list(details), answer.text


# Who may, and how refusals look


def test_401_and_403_are_problem_details_to_the_byte(own):
    nobody, stranger = own.api(""), own.api()
    for method, path in (("POST", GENERATE), ("GET", HISTORY), ("GET", f"/report/download/{uuid.uuid4()}")):
        body = {"json": {}} if method == "POST" else {}
        answer = nobody.request(method, path, **body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
        assert answer.text == (
            '{"type":"https://tools.ietf.org/html/rfc7235#section-3.1","title":"Unauthorized","status":401}'
        )
        answer = stranger.request(method, path, **body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
        assert answer.text == (
            '{"type":"https://tools.ietf.org/html/rfc7231#section-6.5.3","title":"Forbidden","status":403,'
            '"detail":"User does not have Admin role"}'
        )


def test_other_errors_are_code_message_details_timestamp(admin):
    refused(admin.get("/report/nothing"), 404, "NotFound")
    refused(admin.get(f"{HISTORY}?count=x&size=2"), 400, "ValidationError", "/count", "/size")
    refused(admin.post(GENERATE, json=[]), 400, "ValidationError", "must be an object, not an array")


def test_the_role_admin_in_any_case_and_nothing_else(own):
    for roles, permissions, status in (
        (["ADMIN"], [], 200), (["viewer", "admin"], [], 200), (["Administrator"], [], 403), ([], ["*"], 403),
        ([], ["admin", "role:admin"], 403),
    ):
        token = sign(own.key_file, claims(roles=roles, permissions=permissions))
        assert own.api(token).get(HISTORY).status_code == status


# generate-email-report: what is refused


@pytest.mark.parametrize("kind", [None, "", "weekly", "WEEKLY", "Daily", 1, ["Weekly"]])
def test_generate_report_type_is_exactly_weekly_or_monthly(admin, kind):
    body = {"reportType": kind} if kind is not None else {}
    refused(admin.post(GENERATE, json=body), 400, "ValidationError", "/reportType")


def test_generate_both_dates_or_neither_and_start_before_end(admin):
    one = {"reportType": "Weekly", "startDate": "2021-01-11T00:00:00Z"}
    refused(admin.post(GENERATE, json=one), 400, "ValidationError", "/endDate")
    other = {"reportType": "Weekly", "endDate": "2021-01-11T00:00:00Z"}
    refused(admin.post(GENERATE, json=other), 400, "ValidationError", "/startDate")
    for end in ("2021-01-10T23:59:59Z", "2021-01-11T00:00:00Z", "2021-01-11T01:00:00+01:00"):
        answer = admin.post(GENERATE, json=one | {"endDate": end})
        refused(answer, 400, "ValidationError")
        assert answer.json()["message"] == "Start date must be before end date" and answer.json()["details"] is None
    refused(admin.post(GENERATE, json=one | {"endDate": "soon", "x": 1}), 400, "ValidationError", "/x", "/endDate")


def test_generate_a_bad_address_is_its_own_code(admin):
    body = WEEK | {"sendEmail": True, "emailRecipients": ["ok@example.com", "no", "x@y@z", ""]}
    pointers = [f"/emailRecipients/{n}" for n in (1, 2, 3)]
    refused(admin.post(GENERATE, json=body), 400, "InvalidEmailAddresses", *pointers)
    refused(admin.post(GENERATE, json=body | {"reportType": "x"}), 400, "ValidationError", "/reportType", *pointers)
    many = WEEK | {"sendEmail": True, "emailRecipients": [f"a{n}@example.com" for n in range(101)]}
    refused(admin.post(GENERATE, json=many), 400, "ValidationError", "/emailRecipients")


def test_generate_without_recipients_goes_to_the_configured_list_else_400(own, admin, mails):
    refused(admin.post(GENERATE, json=WEEK | {"sendEmail": True}), 400, "ValidationError", "/emailRecipients")
    first, second = address(own), address(own)
    with another_gateway(own, JW_EMAIL_REPORT_RECIPIENTS=f"{first}, {second}") as there:
        answer = generate(At(there, admin), WEEK | {"sendEmail": True, "emailRecipients": []}).json()
        assert [row["email"] for row in answer["deliveryStatus"]] == [first, second]
        named = generate(At(there, admin), WEEK | {"sendEmail": True, "emailRecipients": [address(own)]}).json()
        assert named["recipientsCount"] == 1
    assert len(mails.received(first)) == len(mails.received(second)) == 1


class another_gateway:
    """One more gateway of the stack, on a port of its own."""

    def __init__(self, stack, **variables):
        self.process = stack.start("gateway", **({"JW_HTTP_PORT": "0"} | variables))

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.stop()


class At(Api):
    """The same client at another gateway."""

    def __init__(self, process, api):
        super().__init__(api.stack, api.token)
        self.url = process.url

    def request(self, method, path="", headers=None, timeout=30, **options):
        given = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        answer = self.stack.session.request(method, self.url + path, headers=given, timeout=timeout, **options)
        self.check_contract(method, path, answer, options.get("stream"))
        return answer


# generate-email-report: what is answered


def expected_metrics(calls_csv, start, end):
    """The nine figures, computed anew from the file."""
    calls = [c for c in read_calls(calls_csv) if start <= c.started < end]
    answered = [c for c in calls if c.status == "answered"]
    hours = [c.started.hour for c in calls]
    peak = min(set(hours), key=lambda h: (-hours.count(h), h))

    return {
        "totalCalls": len(calls),
        "answeredCalls": len(answered),
        "missedCalls": sum(c.status == "missed" for c in calls),
        "abandonedCalls": sum(c.status == "abandoned" for c in calls),
        "answerRate": rounded(rate(len(answered), len(calls)), 2),
        "averageCallDuration": float(mean(c.talk for c in answered)),
        "averageWaitTime": float(mean(c.wait for c in answered)),
        "peakHour": peak,
        "peakHourCalls": hours.count(peak),
    }


def test_generate_answers_200_with_all_members_and_true_figures(own, admin, calls_csv):
    before = datetime.now(UTC).replace(microsecond=0)
    report = generate(admin, WEEK).json()
    assert list(report) == MEMBERS and list(report["metricsSummary"]) == METRICS
    assert uuid.UUID(report["reportId"]) and report["reportType"] == "Weekly"
    assert before <= datetime.fromisoformat(report["generatedAt"]) <= datetime.now(UTC)
    assert (report["periodStartDate"], report["periodEndDate"]) == (WEEK["startDate"], WEEK["endDate"])
    assert report["fileName"] == "CDR_Weekly_Report_2021-01-11_2021-01-17.xlsx"
    stored = own.db.jobs.find_one({"_id": report["reportId"]})["artifact"]
    assert (report["fileSizeBytes"], report["recordsProcessed"]) == (stored["sizeBytes"], stored["rows"])
    assert report["generationDurationMs"] == stored["durationMs"] > 0
    expected = expected_metrics(calls_csv, datetime(2021, 1, 11, tzinfo=UTC), datetime(2021, 1, 18, tzinfo=UTC))
    assert report["recordsProcessed"] == expected["totalCalls"] > 0
    for name, value in report["metricsSummary"].items():
        assert value == pytest.approx(expected[name], abs=0.05 if name.startswith("average") else 0), name


def test_generate_the_default_period_is_the_last_whole_week_or_month(admin):
    """Around midnight either day's period is right."""
    def periods():
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = today - timedelta(days=today.weekday())
        first = today.replace(day=1)
        month = (first - timedelta(days=1)).replace(day=1)
        return {"Weekly": (monday - timedelta(days=7), monday), "Monthly": (month, first)}

    for kind in ("Weekly", "Monthly"):
        before = periods()[kind]
        report = generate(admin, {"reportType": kind, "startDate": None}).json()
        wanted = [
            [f"{start:%Y-%m-%dT00:00:00Z}", f"{end - timedelta(seconds=1):%Y-%m-%dT23:59:59Z}"]
            for start, end in (before, periods()[kind])
        ]
        assert [report["periodStartDate"], report["periodEndDate"]] in wanted
        assert report["fileName"] == f"CDR_{kind}_Report_{report['periodStartDate'][:10]}_{report['periodEndDate'][:10]}.xlsx"


def test_periods_are_in_the_configured_zone(own, admin):
    """14 hours ahead of UTC, all year."""
    with another_gateway(own, JW_REPORTS_TIME_ZONE="Pacific/Kiritimati") as there:
        api = At(there, admin)
        for body, start, end in (
            ({"reportType": "Weekly"}, "T10:00:00Z", "T09:59:59Z"),
            ({"reportType": "Monthly", "startDate": "2021-01-11", "endDate": "2021-01-17"}, "2021-01-10T10:00:00Z",
             "2021-01-17T09:59:59Z"),
            (WEEK | {"startDate": "2021-01-11T00:00:00", "endDate": "2021-01-11T12:00:00Z"}, "2021-01-10T10:00:00Z",
             "2021-01-11T12:00:00Z"),
        ):
            answer = generate(api, body, 202, Prefer="respond-async").json()
            assert answer["periodStartDate"].endswith(start) and answer["periodEndDate"].endswith(end), answer


def test_an_empty_period_has_zeros(admin):
    report = generate(admin, {"reportType": "Monthly", "startDate": "1999-01-01", "endDate": "1999-01-31"}).json()
    assert report["metricsSummary"] == dict.fromkeys(METRICS, 0) and report["recordsProcessed"] == 0
    assert (report["periodStartDate"], report["periodEndDate"]) == ("1999-01-01T00:00:00Z", "1999-01-31T23:59:59Z")
    assert report["fileSizeBytes"] > 0


def test_generate_sends_nothing_unless_asked_to(own, admin, mails):
    quiet = address(own)
    for body in (WEEK, WEEK | {"emailRecipients": [quiet]}, WEEK | {"sendEmail": False, "emailRecipients": [quiet]}):
        report = generate(admin, body).json()
        assert report["emailsSent"] is False and report["deliveryStatus"] == []
        assert report["recipientsCount"] == report["successfulDeliveries"] == report["failedDeliveries"] == 0
        assert own.db.deliveries.count_documents({"jobId": report["reportId"]}) == 0
    assert mails.received(quiet) == []


def test_generate_sends_one_mail_to_each_and_says_so(own, admin, mails):
    recipients = [address(own), address(own)]
    report = generate(admin, WEEK | {"sendEmail": True, "emailRecipients": recipients}).json()
    assert report["emailsSent"] is True
    assert (report["recipientsCount"], report["successfulDeliveries"], report["failedDeliveries"]) == (2, 2, 0)
    for recipient, row in zip(recipients, report["deliveryStatus"], strict=True):
        assert list(row) == ["email", "status", "sentAt", "errorMessage"]
        assert (row["email"], row["status"], row["errorMessage"]) == (recipient, "Sent", None)
        assert datetime.fromisoformat(row["sentAt"]) >= datetime.fromisoformat(report["generatedAt"])
        (mail,) = mails.received(recipient)
        name, content = mail.attachment()
        assert name == report["fileName"] and len(content) == report["fileSizeBytes"]


def test_generate_tells_what_was_refused_and_what_was_put_off(own, admin, mails):
    good, gone, full, late = (address(own) for _ in range(4))
    mails.plan(gone, ("reply", "rcpt", "550 5.1.1 no such user"))
    mails.plan(full, ("reply", "data", "554 5.7.1 not wanted"))
    mails.plan(late, ("reply", "rcpt", "451 4.3.0 come again"))
    report = generate(admin, WEEK | {"sendEmail": True, "emailRecipients": [good, gone, full, late]}).json()
    found = {row["email"]: (row["status"], row["sentAt"] is not None) for row in report["deliveryStatus"]}
    assert found == {good: ("Sent", True), gone: ("Bounced", False), full: ("Failed", False), late: ("Queued", False)}
    errors = {row["email"]: row["errorMessage"] for row in report["deliveryStatus"]}
    assert errors[good] is None and "no such user" in errors[gone]
    assert "not wanted" in errors[full] and "come again" in errors[late]
    assert report["emailsSent"] is True
    assert (report["recipientsCount"], report["successfulDeliveries"], report["failedDeliveries"]) == (4, 1, 2)


def test_generate_a_recipient_named_twice_counts_once(own, admin, mails):
    once = address(own)
    local, domain = once.split("@")
    body = WEEK | {"sendEmail": True, "emailRecipients": [once, f"{local}@{domain.upper()}", once]}
    report = generate(admin, body).json()
    assert report["recipientsCount"] == 1 and len(mails.received(once)) == 1


def test_generate_respond_async_is_202_with_a_location(own, admin):
    answer = generate(admin, WEEK, 202, Prefer="respond-async")
    assert answer.headers["Preference-Applied"] == "respond-async" and answer.headers["Retry-After"]
    assert answer.headers["Location"].endswith(f"/report/executions/{answer.json()['reportId']}")
    path = re.sub("^http://[^/]+", "", answer.headers["Location"])
    full = until(lambda: (a := admin.get(path)).status_code == 200 and a.json(), 60, "the report is there")
    assert full["executionStatus"] == "Completed" and [m for m in full if m != "executionStatus"] == MEMBERS


def test_generate_wait_n_waits_n_seconds_at_most(own, admin):
    own.stop_service("executor")
    try:
        began = time.monotonic()
        answer = generate(admin, WEEK, 202, Prefer="wait=2")
        assert time.monotonic() - began >= 2, "it waited"
        assert answer.headers["Preference-Applied"] == "wait=2" and answer.json()["executionStatus"] == "Pending"
        assert admin.get(f"/report/executions/{answer.json()['reportId']}").status_code == 202
    finally:
        own.start("executor")
    assert generate(admin, WEEK, 200, Prefer="wait=60").json()["reportId"]


class Waiting(threading.Thread):
    """A call that waits."""

    def __init__(self, api, body, **headers):
        super().__init__(daemon=True)
        self.api, self.body, self.headers, self.answer = api, body, headers, None
        self.start()

    def run(self):
        try:
            self.answer = self.api.post(GENERATE, json=self.body, headers=self.headers, timeout=90)
        except OSError as problem:  # its gateway was killed
            self.answer = problem

    def result(self):
        self.join(90)
        assert not self.is_alive()
        return self.answer


def job_of(stack, subject):
    """The only job of this admin, once it is there."""
    return until(lambda: stack.db.jobs.find_one({"requestedBy.id": subject}), 30, "the job is stored")["_id"]


def test_generate_408_cancels_the_report_and_no_mail_follows(own, mails):
    subject, recipient = f"u-{uuid.uuid4()}", address(own)
    admin = admin_of(own, subject)
    own.stop_service("executor")
    with another_gateway(own, JW_EMAIL_REPORT_TIMEOUT="2s") as there:
        body = WEEK | {"sendEmail": True, "emailRecipients": [recipient]}
        answer = At(there, admin).post(GENERATE, json=body, headers={"Idempotency-Key": "late"}, timeout=60)
        refused(answer, 408, "RequestTimeout")
        assert answer.json()["message"] == "Report generation exceeded maximum allowed time"
        again = At(there, admin).post(GENERATE, json=body, headers={"Idempotency-Key": "late"}, timeout=60)
        refused(again, 408, "RequestTimeout")
        assert again.headers["Idempotent-Replayed"] == "true"
    job_id = job_of(own, subject)
    assert own.db.jobs.find_one({"_id": job_id})["state"] == "cancelled"
    own.start("executor")
    generate(admin, WEEK)  # which came later, and is done
    assert own.db.jobs.find_one({"_id": job_id})["state"] == "cancelled"
    assert own.db.deliveries.count_documents({"jobId": job_id}) == 0 and mails.received(recipient) == []
    execution = admin.get(f"/report/executions/{job_id}")
    assert execution.status_code == 200 and execution.json()["executionStatus"] == "Cancelled"


def test_generate_500_report_generation_failed_says_why(own):
    subject = f"u-{uuid.uuid4()}"
    admin = admin_of(own, subject)
    own.stop_service("executor")
    waiting = Waiting(admin, WEEK)
    job_id = job_of(own, subject)
    spec = own.db.jobs.find_one({"_id": job_id})["spec"].replace('"cdr"', '"gone"')
    own.db.jobs.update_one({"_id": job_id}, {"$set": {"spec": spec}})
    own.start("executor")
    answer = waiting.result()
    assert answer.status_code == 500 and answer.json()["code"] == "ReportGenerationFailed", answer.text
    assert answer.json()["message"] == "Failed to generate report" and "gone" in answer.json()["details"]
    execution = admin.get(f"/report/executions/{job_id}")
    assert execution.status_code == 200 and execution.json()["executionStatus"] == "Failed"
    assert execution.json()["error"]["details"] == answer.json()["details"]


def test_generate_the_same_idempotency_key_is_the_same_report(own, admin, mails):
    recipient, key = address(own), str(uuid.uuid4())
    body = WEEK | {"sendEmail": True, "emailRecipients": [recipient]}
    first, again = (generate(admin, body, Idempotency_Key=key) for _ in range(2))
    assert first.json() == again.json() and "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true" and len(mails.received(recipient)) == 1
    other = admin.post(GENERATE, json=WEEK, headers={"Idempotency-Key": key})
    refused(other, 422, "IdempotencyKeyReused")
    assert generate(admin_of(own), body, Idempotency_Key=key).json()["reportId"] != first.json()["reportId"]


# send-email-report


def test_send_queues_the_report_to_each_recipient_once(own, admin, mails):
    report = generate(admin, WEEK).json()
    first, second = address(own), address(own)
    local, domain = first.split("@")
    body = {"reportExecutionId": report["reportId"], "emailRecipients": [first, second, f"{local}@{domain.upper()}"]}
    answer = admin.post(SEND, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"reportExecutionId": report["reportId"], "totalRecipients": 2, "overallStatus": "Queued"}

    def sent():
        now = admin.get(f"/report/executions/{report['reportId']}").json()
        return now if now["successfulDeliveries"] == 2 else None

    now = until(sent, 60, "both are sent", pause=0.5)
    assert {row["email"]: row["status"] for row in now["deliveryStatus"]} == {first: "Sent", second: "Sent"}
    assert now["recipientsCount"] == 2 and now["emailsSent"] is True
    for recipient in (first, second):
        (mail,) = mails.received(recipient)
        assert mail.attachment()[0] == report["fileName"] and len(mail.attachment()[1]) == report["fileSizeBytes"]
    # once more, to who had it
    assert admin.post(SEND, json=body | {"emailRecipients": [first]}).json()["totalRecipients"] == 1
    until(lambda: len(mails.received(first)) == 2, 60, "it is sent again")
    row = next(r for r in admin.get(f"{HISTORY}?count=200").json() if r["executionId"] == report["reportId"])
    assert row["recipientsCount"] == 2


def test_send_of_what_is_not_there_is_404_report_not_found(own, admin):
    unknown = str(uuid.uuid4())
    body = {"reportExecutionId": unknown, "emailRecipients": [address(own)]}
    answer = admin.post(SEND, json=body)
    refused(answer, 404, "ReportNotFound")
    assert answer.json()["message"] == f"Report execution with ID {unknown} not found"
    other = own.api()
    plain = other.create(weekly(visibility="everyone"))
    other.wait(plain)
    refused(admin.post(SEND, json=body | {"reportExecutionId": plain}), 404, "ReportNotFound")
    gone = generate(admin, WEEK).json()["reportId"]
    own.db.jobs.update_one({"_id": gone}, {"$set": {"artifact.expiresAt": datetime(2021, 1, 1, tzinfo=UTC)}})
    refused(admin.post(SEND, json=body | {"reportExecutionId": gone}), 404, "ReportNotFound")
    hidden = own.api(sign(own.key_file, claims(roles=["Admin"], departments=["elsewhere"])))
    refused(hidden.post(SEND, json=body | {"reportExecutionId": gone}), 404, "ReportNotFound")


def test_send_what_is_wrong_with_a_body(admin):
    good = {"reportExecutionId": str(uuid.uuid4()), "emailRecipients": ["a@example.com"]}
    for change, code, *pointers in (
        ({"reportExecutionId": "x"}, "ValidationError", "/reportExecutionId"),
        ({"emailRecipients": []}, "ValidationError", "/emailRecipients"),
        ({"emailRecipients": ["a@example.com", "b"]}, "InvalidEmailAddresses", "/emailRecipients/1"),
        ({"emailRecipients": None}, "ValidationError", "/emailRecipients"),
        ({"more": 1}, "ValidationError", "/more"),
    ):
        refused(admin.post(SEND, json=good | change), 400, code, *pointers)
    refused(admin.post(SEND, json={}), 400, "ValidationError", "/reportExecutionId", "/emailRecipients")


def test_send_the_same_idempotency_key_sends_once(own, admin, mails):
    report, recipient = generate(admin, WEEK).json()["reportId"], address(own)
    body, key = {"reportExecutionId": report, "emailRecipients": [recipient]}, {"Idempotency-Key": str(uuid.uuid4())}
    first = admin.post(SEND, json=body, headers=key)
    until(lambda: mails.received(recipient), 60, "it is sent")
    again = admin.post(SEND, json=body, headers=key)
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    refused(admin.post(SEND, json=body | {"emailRecipients": ["b@example.com"]}, headers=key), 422, "IdempotencyKeyReused")
    generate(admin, WEEK | {"sendEmail": True, "emailRecipients": [address(own)]})  # which came later, and is sent
    assert len(mails.received(recipient)) == 1


# Asking for reports


def test_executions_202_before_and_the_full_answer_after(own):
    subject = f"u-{uuid.uuid4()}"
    admin = admin_of(own, subject)
    own.stop_service("executor")
    waiting = Waiting(admin, WEEK)
    path = f"/report/executions/{job_of(own, subject)}"
    before = admin.get(path)
    assert before.status_code == 202 and before.json()["executionStatus"] == "Pending" and before.headers["Retry-After"]
    own.start("executor")
    report = waiting.result()
    assert report.status_code == 200
    assert admin.get(path).json() == report.json() | {"executionStatus": "Completed"}


def test_history_is_a_bare_array_newest_first(own, admin):
    reports = [generate(admin, WEEK | {"reportType": kind}).json()["reportId"] for kind in ("Weekly", "Monthly", "Weekly")]
    rows = admin.get(f"{HISTORY}?count=3").json()
    assert [row["executionId"] for row in rows] == reports[::-1] and all(list(row) == ROW for row in rows)
    assert rows[0]["reportType"] == "Weekly" and rows[1]["reportType"] == "Monthly"
    for count in ("0", "-1", "201", "1e3", "", " 5", "99999999999999999999"):
        refused(admin.get(HISTORY, params={"count": count}), 400, "ValidationError", "/count")
    assert len(admin.get(f"{HISTORY}?count=1").json()) == 1 and len(admin.get(f"{HISTORY}?count=200").json()) >= 3


def test_history_has_what_was_asked_for_and_what_was_scheduled(own, admin, mails):
    good, gone = address(own), address(own)
    mails.plan(gone, ("reply", "rcpt", "550 5.1.1 no such user"))
    asked = generate(admin, WEEK | {"sendEmail": True, "emailRecipients": [good, gone]}).json()
    own.start("scheduler")
    try:
        schedules = own.keyed(own.api_key())
        job = {
            "name": "CDR Weekly Report", "reportType": "cdr", "parameters": {"edition": "Weekly"}, "output": {"format": "xlsx"},
            "visibility": "everyone",
        }
        body = {"id": "cdr-e2e", "trigger": {"type": "interval", "every": "2s"}, "job": job}
        assert schedules.post("/api/v1alpha1/jobs", json=body).status_code == 201

        def scheduled():
            rows = [row for row in admin.get(HISTORY).json() if row["triggerType"] == "Scheduled"]
            return next((row for row in rows if row["executionStatus"] == "Completed"), None)

        row = until(scheduled, 60, "a scheduled report is in the history", pause=1)
        assert row["reportType"] == "Weekly" and row["completedAt"] >= row["startedAt"]
        assert schedules.request("DELETE", "/api/v1alpha1/jobs/cdr-e2e").status_code == 200
    finally:
        own.stop_service("scheduler")

    def counted():
        rows = admin.get(f"{HISTORY}?count=200").json()
        row = next(row for row in rows if row["executionId"] == asked["reportId"])
        return row if row["successfulDeliveries"] + row["failedDeliveries"] == 2 else None

    row = until(counted, 30, "the mails are counted", pause=0.5)
    assert (row["triggerType"], row["executionStatus"]) == ("OnDemand", "Completed")
    assert (row["recipientsCount"], row["successfulDeliveries"], row["failedDeliveries"]) == (2, 1, 1)
    assert row["recordsProcessed"] == asked["recordsProcessed"]
    assert (row["periodStartDate"], row["periodEndDate"]) == (WEEK["startDate"], WEEK["endDate"])


def test_history_and_download_know_these_reports_only(own, admin):
    other = own.api()
    plain = other.create(weekly(visibility="everyone"))
    csv = other.create(weekly(reportType="cdr", format="csv") | {"parameters": {"edition": "Weekly"}})
    same = other.create(weekly(reportType="cdr") | {"parameters": {"edition": "Weekly"}, "visibility": "everyone"})
    for job_id in (plain, csv, same):
        other.wait(job_id)
    listed = {row["executionId"] for row in admin.get(f"{HISTORY}?count=200").json()}
    assert same in listed and not {plain, csv} & listed
    for job_id, status in ((plain, 404), (csv, 404), (same, 200)):
        assert admin.get(f"/report/download/{job_id}").status_code == status
        assert admin.get(f"/report/executions/{job_id}").status_code == status


def test_download_is_the_workbook_with_range_and_etag(admin):
    report = generate(admin, WEEK).json()
    path = f"/report/download/{report['reportId']}"
    whole = admin.get(path)
    assert whole.status_code == 200 and whole.headers["Content-Type"] == XLSX
    assert whole.headers["Content-Disposition"].startswith(f'attachment; filename="{report["fileName"]}"')
    assert len(whole.content) == report["fileSizeBytes"]
    assert "xl/workbook.xml" in zipfile.ZipFile(BytesIO(whole.content)).namelist()
    part = admin.get(path, headers={"Range": "bytes=10-19"})
    assert part.status_code == 206 and part.content == whole.content[10:20]
    assert admin.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    head = admin.request("HEAD", path)
    assert head.status_code == 200 and head.headers["Content-Length"] == str(report["fileSizeBytes"]) and head.content == b""
    modified = email.utils.parsedate_to_datetime(whole.headers["Last-Modified"])
    assert modified == datetime.fromisoformat(report["generatedAt"]).replace(microsecond=0)


def test_download_of_what_is_gone_is_404_report_not_found(own, admin):
    report = generate(admin, WEEK).json()["reportId"]
    path = f"/report/download/{report}"
    assert admin.get(path).status_code == 200
    own.db.jobs.update_one({"_id": report}, {"$set": {"artifact.expiresAt": datetime(2021, 1, 1, tzinfo=UTC)}})
    refused(admin.get(path), 404, "ReportNotFound")
    assert admin.get(path).json()["message"] == "Report not found or file not available"
    refused(admin.get(f"/report/download/{uuid.uuid4()}"), 404, "ReportNotFound")


def test_a_malformed_id_in_a_path_is_404(admin):
    for name in ("x", "a1b2c3d4-e5f6-7890-abcd-ef123456789", "%7B%7D"):
        refused(admin.get(f"/report/download/{name}"), 404, "ReportNotFound")
        refused(admin.get(f"/report/executions/{name}"), 404, "ReportNotFound")


# Limits


@pytest.mark.parametrize("method, path, limit, period", [
    ("POST", GENERATE, 10, 3600), ("POST", SEND, 20, 3600), ("GET", HISTORY, 60, 60), ("GET", "/report/download/", 30, 3600),
])
def test_limits_are_of_a_user_across_all_gateways(own, method, path, limit, period):
    """Half of them at another gateway; refusals do not count."""
    admin, other = admin_of(own), admin_of(own)
    report = generate(other, WEEK).json()["reportId"]
    options = {}
    if path == GENERATE:
        options = {"json": WEEK, "headers": {"Prefer": "respond-async"}}
    elif path == SEND:
        options = {"json": {"reportExecutionId": report, "emailRecipients": ["limit@example.com"]}}
    elif path != HISTORY:
        path += report
    with another_gateway(own) as there:
        clients = (admin, At(there, admin))
        for n in range(limit):
            if method == "POST":
                assert clients[n % 2].post(path, json={}).status_code == 400
            else:
                assert clients[n % 2].get(f"{path}?x=1").status_code == 400
            answer = clients[n % 2].request(method, path, **options)
            assert answer.status_code in (200, 202), f"{n}: {answer.text}"
            assert answer.headers["RateLimit-Limit"] == str(limit)
            assert answer.headers["RateLimit-Remaining"] == str(limit - n - 1)
            assert 0 < int(answer.headers["RateLimit-Reset"]) <= period
        for client in clients:
            answer = client.request(method, path, **options)
            refused(answer, 429, "RateLimitExceeded")
            assert 0 < int(answer.headers["Retry-After"]) <= period and answer.headers["RateLimit-Remaining"] == "0"
    assert other.request(method, path, **options).status_code in (200, 202), "another user has limits of its own"


def test_limits_replays_do_not_count(own):
    admin, key = admin_of(own), str(uuid.uuid4())
    left = [generate(admin, WEEK, Idempotency_Key=key).headers["RateLimit-Remaining"] for _ in range(4)]
    assert left[0] == "9" and left[1:] == ["9"] * 3
    assert generate(admin, WEEK).headers["RateLimit-Remaining"] == "8"


# A waiting call holds no work


def test_a_gateway_dies_and_the_report_goes_on(own, mails):
    subject, recipient = f"u-{uuid.uuid4()}", address(own)
    admin = admin_of(own, subject)
    body = WEEK | {"sendEmail": True, "emailRecipients": [recipient]}
    own.stop_service("executor")
    there = own.start("gateway", JW_HTTP_PORT="0")
    waiting = Waiting(At(there, admin), body, **{"Idempotency-Key": "dies"})
    job_id = job_of(own, subject)
    there.kill()
    assert isinstance(waiting.result(), OSError), "it waited when its gateway died"
    own.start("executor")
    # the same request at another gateway gets the answer
    again = generate(admin, body, Idempotency_Key="dies")
    assert again.json()["reportId"] == job_id and again.json()["successfulDeliveries"] == 1
    assert len(mails.received(recipient)) == 1


@pytest.mark.parametrize("point", [p for p in crash_points("gateway") if p.startswith("gw_email_")])
def test_a_gateway_dies_around_its_write_and_there_is_one_report(own, mails, point):
    subject, recipient = f"u-{uuid.uuid4()}", address(own)
    admin = admin_of(own, subject)
    body = WEEK | {"sendEmail": True, "emailRecipients": [recipient]}
    there = own.start("gateway", JW_HTTP_PORT="0", JW_CRASH_AT=f"{point}:1")
    waiting = Waiting(At(there, admin), body, **{"Idempotency-Key": "dies"})
    there.wait_crash()
    assert isinstance(waiting.result(), OSError)
    again = generate(admin, body, Idempotency_Key="dies")
    assert ("Idempotent-Replayed" in again.headers) == (point == "gw_email_after_insert")
    assert own.db.jobs.count_documents({"requestedBy.id": subject}) == 1 and len(mails.received(recipient)) == 1


def post_raw(port, token, body):
    """Sends a request and reads nothing. The connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", GENERATE, json.dumps(body), headers)
    return connection


def waiting_calls(process):
    return float(re.search(r"^jobwire_waiting_calls (\S+)$", process.get("/metrics").text, re.M)[1])


def test_a_client_leaves_and_the_report_goes_on(own):
    subject = f"u-{uuid.uuid4()}"
    admin = admin_of(own, subject)
    own.stop_service("executor")
    gateway = own.running("gateway")[0]
    connection = post_raw(own.gateway_port, admin.token, WEEK)
    job_id = job_of(own, subject)
    until(lambda: waiting_calls(gateway) == 1, 30, "the call waits")
    connection.close()
    until(lambda: waiting_calls(gateway) == 0, 30, "nothing waits any more")
    own.start("executor")

    def ended():
        answer = admin.get(f"/report/executions/{job_id}")
        return answer.status_code == 200 and answer.json()

    assert until(ended, 60, "the report is there")["executionStatus"] == "Completed"
    left = until(lambda: gateway.records("http_request", status=499), 10, "it is in the log")
    assert left[-1]["route"] == GENERATE and left[-1]["whole"] is False


def test_256_waiting_calls_shut_nobody_out(calls_csv):
    """A gateway with two workers, nobody to do the work. A stop answers all of them."""
    with Stack("seed-003-256", env={"gateway": {"JW_HTTP_WORKERS": "2"}}) as stack:
        stack.create_topics()
        gateway = stack.start("gateway")
        tokens = [admin_of(stack, f"u-{n}").token for n in range(32)]
        connections = []
        for n in range(256):
            connections.append(post_raw(stack.gateway_port, tokens[n // 8], WEEK))
            if n % 32 == 31:  # as many may wait for one worker
                until(lambda n=n: waiting_calls(gateway) == n + 1, 60, lambda: f"all wait; {waiting_calls(gateway)} do")
        other = admin_of(stack)
        assert len(other.get(f"{HISTORY}?count=200").json()) == 200
        assert generate(other, WEEK, 202, Prefer="respond-async").json()["executionStatus"] == "Pending"
        assert stays(lambda: waiting_calls(gateway) == 256, 2, "they go on waiting") is None
        gateway.stop()
        for connection in connections:
            answer = connection.getresponse()
            assert answer.status == 202 and answer.headers["Location"], answer.read()
            assert json.loads(answer.read())["executionStatus"] == "Pending"
        assert stack.db.jobs.count_documents({"state": "pending"}) == 257


# The same jobs elsewhere


def test_the_same_report_by_kafka_and_in_the_list_of_report_jobs(own, admin):
    body = {
        "name": "By Kafka", "reportType": "cdr", "parameters": {"edition": "Monthly"}, "output": {"format": "xlsx"},
        "visibility": "everyone", "requestedBy": {"id": "crm"},
    }
    job_id = str(uuid.uuid4())
    own.publish(
        "job.commands.normal", json.dumps(command(body) | {"jobId": job_id}), key=job_id, headers=event_headers("job.submit")
    )

    def there():
        return next((row for row in admin.get(HISTORY).json() if row["executionId"] == job_id), None)

    until(there, 60, "it is in the history", pause=0.5)
    done = until(lambda: (row := there())["executionStatus"] == "Completed" and row, 60, "it is done", pause=0.5)
    assert (done["reportType"], done["triggerType"]) == ("Monthly", "OnDemand")
    assert admin.get(f"/report/download/{job_id}").status_code == 200
    subject = f"u-{uuid.uuid4()}"
    asked = generate(admin_of(own, subject), WEEK).json()["reportId"]
    listed = own.api(sign(own.key_file, claims(sub=subject, roles=["Admin"]))).get("?reportType=cdr&limit=100").json()["data"]
    assert {asked, job_id} <= {job["id"] for job in listed}
    stranger = own.api(sign(own.key_file, claims(sub="u-stranger", departments=["elsewhere"])))
    assert stranger.get(f"/{asked}").status_code == 404
    # cancelled by Kafka while somebody waits for it
    own.stop_service("executor")
    waited = f"u-{uuid.uuid4()}"
    waiting = Waiting(admin_of(own, waited), WEEK)
    cancelled = job_of(own, waited)
    own.start("executor", JW_WORKERS="1")
    own.publish(
        "job.commands.high", json.dumps({"jobId": cancelled, "reason": "not needed"}), key=cancelled,
        headers=event_headers("job.cancel"),
    )
    answer = waiting.result()
    assert answer.status_code in (200, 409), answer.text  # the executor may have been quicker
    if answer.status_code == 409:
        assert answer.json()["code"] == "ReportCancelled" and answer.json()["details"] == "not needed"


# All APIs


def test_all_request_ids_head_options_405_413_and_415(own, admin):
    assert admin.get(HISTORY, headers={"X-Request-Id": "mine-1"}).headers["X-Request-Id"] == "mine-1"
    head = admin.request("HEAD", HISTORY)
    assert head.status_code == 200 and head.content == b""
    options = admin.request("OPTIONS", GENERATE)
    assert options.status_code == 204 and options.headers["Allow"] == "POST, OPTIONS"
    wrong = admin.request("PUT", HISTORY, json={})
    refused(wrong, 405, "MethodNotAllowed")
    assert wrong.headers["Allow"] == "GET, HEAD, OPTIONS"
    refused(admin.post(GENERATE, data=b"x" * (2 << 20), headers={"Content-Type": "application/json"}), 413, "PayloadTooLarge")
    refused(admin.post(GENERATE, data=b"reportType=Weekly"), 415, "UnsupportedMediaType")
    refused(admin.post(GENERATE, data=b"{", headers={"Content-Type": "application/json"}), 400, "ValidationError")
