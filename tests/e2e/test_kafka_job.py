"""Jobs that other programs publish to Kafka; no gateway runs."""

import base64
import hashlib
import json
import subprocess
import uuid
from datetime import datetime, timezone

import pytest

import independent
import workbook
from stack import TOP, Stack, address, command, event_headers, weekly
from wait import stays, until

EXAMPLE = TOP / "schemas/examples/job.submit.v1/valid/weekly-call-report.json"
COMMANDS = "job.commands.normal"


@pytest.fixture(scope="module")
def bare(calls_csv, mails):
    """Scheduler, executor and notifier."""
    with Stack("no_gateway", smtp_url=mails.url) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("scheduler", "executor", "notifier"))
        yield stack


def example(stack):
    """The example of the schemas, to a recipient of our own."""
    body = json.loads(EXAMPLE.read_text())
    recipient = address(stack, "manager")
    body["delivery"]["recipients"] = [recipient]
    return body, recipient


def wait_mail(mails, recipient):
    return until(lambda: mails.received(recipient), 30, f"a mail to {recipient}")


def check_weekly(stack, mails, recipient, calls_csv):
    """One mail with the right report, of one completed job."""
    calls = independent.read_calls(calls_csv)
    report = independent.Report(
        calls, datetime(2021, 1, 11, tzinfo=timezone.utc), datetime(2021, 1, 18, tzinfo=timezone.utc)
    )
    mail = wait_mail(mails, recipient)[0]
    job = until(
        lambda: stack.db.jobs.find_one({"recipients": recipient, "deliveries.sent": 1}), 10, "the job knows of its mail"
    )
    assert job["state"] == "completed" and job["artifact"]["sha256"] == mail.attachment_sha256
    for label, text in report.summary_texts().items():
        assert any(line.split() == f"{label} {text}".split() for line in mail.body("plain").splitlines()), label
    book = workbook.read(mail.attachment()[1])
    assert [row[0] for row in book["Calls"].iter_rows(min_row=2, values_only=True)] == [c.id for c in report.calls]
    assert stack.files_of(job["_id"]) == [job["artifact"]["fileId"]]
    return job


def test_a_python_client_publishes_a_job(bare, mails, calls_csv):
    body, recipient = example(bare)
    bare.publish(COMMANDS, json.dumps(body), key="python", headers=event_headers("job.submit", "crm"))
    job = check_weekly(bare, mails, recipient, calls_csv)
    assert job["requestedBy"]["id"] == "crm" and job["source"] == "crm"


def test_kcat_publishes_a_job(bare, mails, calls_csv):
    body, recipient = example(bare)
    headers = [argument for name, value in event_headers("job.submit", "crm") for argument in ("-H", f"{name}={value}")]
    done = subprocess.run(
        ["kcat", "-P", "-b", bare.kafka_brokers, "-t", bare.prefix + COMMANDS, "-k", "weekly-call-report", *headers],
        input=json.dumps(body) + "\n", capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 0, done.stderr
    check_weekly(bare, mails, recipient, calls_csv)


@pytest.mark.parametrize("as_bytes", [False, True], ids=["data", "data_base64"])
def test_kcat_publishes_a_structured_event(bare, mails, calls_csv, as_bytes):
    """Attributes and command in the value, as the content type says; the same event in binary mode is the same job."""
    body, recipient = example(bare)
    event = {"specversion": "1.0", "type": "jobwire.job.submit.v1", "source": "crm", "id": f"structured-{uuid.uuid4().hex}"}
    event |= {"data_base64": base64.b64encode(json.dumps(body).encode()).decode()} if as_bytes else {"data": body}
    done = subprocess.run(
        ["kcat", "-P", "-b", bare.kafka_brokers, "-t", bare.prefix + COMMANDS, "-k", "structured",
         "-H", "content-type=application/cloudevents+json; charset=UTF-8"],
        input=json.dumps(event) + "\n", capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 0, done.stderr
    job = check_weekly(bare, mails, recipient, calls_csv)
    assert job["requestedBy"]["id"] == "crm"
    bare.publish(COMMANDS, json.dumps(body), key="structured", headers=event_headers("job.submit", "crm", event["id"]))
    after, other = example(bare)
    bare.publish(COMMANDS, json.dumps(after), key="structured", headers=event_headers("job.submit", "crm"))
    wait_mail(mails, other)
    assert bare.db.jobs.count_documents({"recipients": recipient}) == 1 and len(mails.received(recipient)) == 1


def test_the_same_message_twice_is_one_job_and_one_mail(bare, mails, calls_csv):
    body, recipient = example(bare)
    headers = event_headers("job.submit", "crm", "twice-" + uuid.uuid4().hex)
    for _ in range(2):
        bare.publish(COMMANDS, json.dumps(body), key="twice", headers=headers)
    check_weekly(bare, mails, recipient, calls_csv)
    after, other = example(bare)
    bare.publish(COMMANDS, json.dumps(after), key="twice", headers=event_headers("job.submit", "crm"))
    bare.publish(COMMANDS, json.dumps(body), key="twice", headers=headers)  # and once more, when its job has ended
    check_weekly(bare, mails, other, calls_csv)
    bare.wait_outboxes_empty()
    assert bare.db.jobs.count_documents({"recipients": recipient}) == 1
    assert len(mails.received(recipient)) == 1


def test_every_priority_is_read(bare, mails):
    for priority in ("high", "low"):
        recipient = address(bare, priority)
        body = command(weekly([recipient], priority, "csv", priority=priority))
        bare.publish(f"job.commands.{priority}", json.dumps(body), headers=event_headers("job.submit"))
        wait_mail(mails, recipient)


def test_a_job_is_followed_by_its_events(bare, mails):
    recipient = address(bare, "events")
    body = command(weekly([recipient], "With events", "csv", jobId=str(uuid.uuid4())))
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = event_headers("job.submit") + [("traceparent", trace), ("x-request-id", "e2e-from-kafka")]
    bare.publish(COMMANDS, json.dumps(body), headers=headers)
    wait_mail(mails, recipient)

    def of_job(messages):
        return [m for m in messages if m.key() == body["jobId"].encode()]

    def kinds(messages):
        return [dict(m.headers())["ce_type"].decode() for m in of_job(messages)]

    wanted = ["jobwire.job.submitted.v1", "jobwire.job.completed.v1"]
    events = of_job(bare.consume("job.events", lambda found: set(wanted) <= set(kinds(found))))
    for event in events:
        named = {name: value.decode() for name, value in event.headers()}
        assert named["ce_specversion"] == "1.0" and named["ce_id"] and named["ce_source"] and named["ce_time"]
        assert json.loads(event.value())["jobId"] == body["jobId"]
        assert named["traceparent"].split("-")[1] == trace.split("-")[1]
    bare.consume("delivery.events", lambda found: any(m.key() == body["jobId"].encode() for m in found))


def test_a_pending_job_is_cancelled_by_a_command(bare, mails):
    recipient = address(bare, "never")
    job_id = str(uuid.uuid4())
    for executor in bare.running("executor"):
        executor.stop()  # so that both wait
    body = command(weekly([recipient], jobId=job_id, name="To be cancelled"))
    bare.publish(COMMANDS, json.dumps(body), key=job_id, headers=event_headers("job.submit"))
    reason = {"jobId": job_id, "reason": "asked twice", "requestedBy": {"id": "boss"}}
    # Behind its job in the same partition: they come in one batch.
    bare.publish(COMMANDS, json.dumps(reason), key=job_id, headers=event_headers("job.cancel"))
    bare.start("executor")
    job = until(
        lambda: bare.db.jobs.find_one({"_id": job_id, "state": {"$in": ["cancelled", "completed"]}}), 20, "the job ended"
    )
    assert job["state"] == "cancelled" and job["cancelledBy"] == "boss" and job["cancelReason"] == "asked twice"
    bare.wait_outboxes_empty()
    stays(lambda: not mails.received(recipient), 1, "a cancelled job sends no mail")
    assert "artifact" not in bare.db.jobs.find_one({"_id": job_id})


GARBAGE = bytes(range(1, 251)) * 3686  # 900 KiB
GOOD_BODY = json.dumps(command(weekly(name="fine")))
MALFORMED = {
    "bad JSON": (b'{"reportType": "call-records",}', event_headers("job.submit"), "JSON"),
    "wrong type": (GOOD_BODY.encode(), event_headers("job.finish"), "ce_type"),
    "no type": (GOOD_BODY.encode(), [h for h in event_headers("job.submit") if h[0] != "ce_type"], "ce_type"),
    "no version": (GOOD_BODY.encode() + b" ", event_headers("job.submit")[1:], "ce_specversion"),
    "no id": (GOOD_BODY.encode(), [h for h in event_headers("job.submit") if h[0] != "ce_id"], "ce_id"),
    "unknown report type": (
        json.dumps(command(weekly(reportType="weather"))).encode(), event_headers("job.submit"), "/spec/reportType"),
    "unknown job type": (
        json.dumps(command(weekly()) | {"jobType": "laundry"}).encode(), event_headers("job.submit"), "/jobType"),
    "operator": (
        json.dumps(command(weekly(parameters={"filters": {"agents": {"$ne": ""}}}))).encode(),
        event_headers("job.submit"), "/spec/parameters/filters/agents"),
    "garbage": (GARBAGE, event_headers("job.submit"), "JSON"),
    "structured, no data": (
        b'{"specversion":"1.0","type":"jobwire.job.submit.v1","source":"crm","id":"1"}',
        [("content-type", "application/cloudevents+json")], "/data"),
    "structured, wrong command": (
        b'{"specversion":"1.0","type":"jobwire.job.submit.v1","source":"crm","id":"1","data":{}}',
        [("content-type", "application/cloudevents+json")], "/data/jobType"),
    "batch": (b"[]", [("content-type", "application/cloudevents-batch+json")], "application/cloudevents+json"),
    "invalid UTF-8": (GOOD_BODY.encode().replace(b"fine", b"f\xff\xfe"), event_headers("job.submit"), "byte 0xff"),
    "empty": (b"", event_headers("job.submit"), ""),
    "deep": (b"[" * 100_000, event_headers("job.submit"), "JSON"),
    "cancel without a job": (b'{"reason":"x"}', event_headers("job.cancel"), "/jobId"),
}


def test_malformed_messages_go_to_the_dlq_and_the_next_one_is_done(bare, mails):
    known = bare.db.jobs.count_documents({})
    key = "one partition for all " + uuid.uuid4().hex
    for value, headers, _ in MALFORMED.values():
        bare.publish(COMMANDS, value, key=key, headers=headers)
    body, recipient = example(bare)
    bare.publish(COMMANDS, json.dumps(body), key=key, headers=event_headers("job.submit"))
    wait_mail(mails, recipient)
    found = bare.consume(
        COMMANDS + ".dlq", lambda messages: sum(m.key() == key.encode() for m in messages) >= len(MALFORMED)
    )
    found = [m for m in found if m.key() == key.encode()]
    by_digest = {hashlib.sha256(m.value() or b"").digest() + dict(m.headers()).get("ce_type", b""): m for m in found}
    assert len(found) == len(MALFORMED)
    for name, (value, headers, reason) in MALFORMED.items():
        message = by_digest[hashlib.sha256(value).digest() + dict(headers).get("ce_type", "").encode()]
        notes = {k: v.decode() for k, v in message.headers()}
        assert reason.lower() in notes["jw_dlq_reason"].lower(), f"{name}: {notes['jw_dlq_reason']}"
        assert notes["jw_dlq_topic"] == bare.prefix + COMMANDS and notes["jw_dlq_service"] == "executor", name
        assert notes["jw_dlq_version"] and notes["jw_dlq_offset"].isdigit(), name
        assert all(notes[k] == v for k, v in headers), f"{name}: the original headers stay"
    assert bare.db.jobs.count_documents({}) == known + 1, "only the good message created a job"


def test_a_malformed_event_does_not_stop_the_notifier(bare, mails):
    for value in (b"not json", b'{"jobId": 7}', b'{"jobId": "019480a4-5f00-7000-8000-000000000001"}'):
        bare.publish("job.events", value, key="bad", headers=event_headers("job.completed"))
    recipient = address(bare, "after")
    bare.publish(
        COMMANDS, json.dumps(command(weekly([recipient], "After bad events", "csv"))),
        headers=event_headers("job.submit"),
    )
    wait_mail(mails, recipient)
    refused = bare.consume("job.events.dlq", lambda found: len(found) >= 2)
    assert {m.value() for m in refused} == {b"not json", b'{"jobId": 7}'}
    assert {dict(m.headers())["jw_dlq_service"] for m in refused} == {b"notifier"}
