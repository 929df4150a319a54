"""A mail server that misbehaves at each step: what becomes of the delivery, and that it is the server's own count.

The server wants TLS and a login. A row is a phase, what the server does there the first time, and what the delivery is then:
later (queued again, and sent once the server is well), failed, bounced, sent, or unknown (sent once more, flagged).
"""

import re

import pytest

import certificates
from smtpsink import SmtpSink
from stack import DEADLY, Stack, address, weekly
from wait import until

LOGIN = ("jobwire", "e2e-s3cret")
SESSION = ("greeting", "ehlo", "starttls", "auth")  # these concern the server, never the mail
SILENT = ("stall", "drop", "reset", ("reply", "no code here"), ("close", "25"))


def rows():
    for phase in SESSION:
        for fault in (("reply", "421 4.3.2 busy"), ("reply", "454 4.7.0 not now"), ("reply", "554 5.7.1 no"), *SILENT):
            yield phase, fault, "later"
    for phase, refused in (("mail", "failed"), ("rcpt", "bounced"), ("data", "failed"), ("dot", "failed")):
        yield phase, ("reply", "451 4.3.0 later"), "later"
        yield phase, ("close", "421 4.3.2 shutting down"), "later"
        yield phase, ("reply", "554 5.7.1 refused"), refused
        yield phase, ("reply", "554-5.7.1 refused\n554-5.7.1 and\n554 5.7.1 so on"), refused
        yield phase, ("reply", "554 5.7.1 " + "x" * 9000), refused
        for fault in SILENT:
            yield phase, fault, "unknown" if phase == "dot" else "later"
    yield "mail", ("reply", "530 5.7.0 log in"), "later"
    yield "ehlo", "vanish", "later"
    yield "starttls", "vanish", "later"
    yield "rcpt", ("answer", "251 2.1.5 forwarded"), "sent"
    yield "data", ("answer", "354-go\n354 on"), "sent"
    yield "dot", ("answer", "250-2.0.0 kept\n250-as\n250 2.0.0 number 7"), "sent"
    yield "dot", ("answer", "250 2.0.0 " + "y" * 9000), "sent"
    yield "dot", ("close", "250 2.0.0 kept"), "sent"
    yield "body", "drop", "later or unknown"  # a small mail may be out, dot and all, before the server is seen to be gone
    yield "body", "stall", "unknown"
    for name in certificates.SHOWN:
        yield "certificate", name, "sent" if name == "good" else "later"


ROWS = list(rows())


def name_of(row):
    phase, fault, _ = row
    kind, text = fault if isinstance(fault, tuple) else (fault, "")
    return "-".join([phase, kind, *text[:24].split()])


@pytest.fixture(scope="module")
def own(calls_csv, tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority, contexts = certificates.make(folder)
    mails = SmtpSink(contexts=contexts, login=LOGIN)
    notifier = DEADLY["notifier"] | {
        "JW_SMTP_TLS": "always",
        "JW_SMTP_CA_FILE": str(authority),
        "JW_SMTP_USER": LOGIN[0],
        "JW_SMTP_PASSWORD": LOGIN[1],
        "JW_SMTP_BREAKER_FAILURES": "1000",
    }
    with Stack("smtp-faults", smtp_url=mails.url, env={"notifier": notifier}) as stack:
        stack.mails = mails
        stack.import_csv(calls_csv)
        stack.start_all()
        yield stack
    mails.close()


def tried(own, job_id):
    """The delivery once its first try has ended."""
    def ended():
        found = own.db.deliveries.find_one({"jobId": job_id, "attempts": {"$gte": 1}})
        return found if found and found["state"] != "sending" else None

    return until(ended, 60, "the first try has ended", pause=0.01)


def outcome_of(delivery):
    if delivery.get("maybeDuplicate") or delivery["state"] == "unknown":
        return "unknown"
    return "later" if delivery["state"] == "queued" else delivery["state"]


def first_try(own, row, recipient):
    """What the fault does to a mail: (job, delivery). Readiness has connections of its own, and may take one that is meant for
    the mail; then the mail is sent, and the next one tried."""
    phase, fault, expected = row
    mails = own.mails
    for number in range(5):
        mails.certificate = fault if phase == "certificate" else "good"
        mails.disconnect()
        if phase != "certificate":
            mails.script(phase, fault)
        job_id = own.api().create(weekly([recipient], f"{phase} {number}", "csv"))
        delivery = tried(own, job_id)
        assert mails.unscripted(), "the server did so"
        if outcome_of(delivery) != "sent" or expected == "sent" or phase not in SESSION:
            return job_id, delivery
        mails.forget(recipient)
    raise AssertionError("readiness took it each time")


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_fault(own, row):
    phase, _, expected = row
    client, recipient, mails = own.api(), address(own), own.mails
    begin = len(mails.log)
    job_id, first = first_try(own, row, recipient)
    outcome = outcome_of(first)
    assert outcome in expected.split(" or "), first
    assert first["reply"] if outcome != "unknown" else True
    mails.certificate = "good"
    if outcome == "later":
        assert not mails.received(recipient)
        own.db.deliveries.update_one({"_id": first["_id"]}, {"$set": {"notBefore": first["createdAt"]}})
    mailed = client.wait_mailed(job_id, seconds=60)["delivery"]["recipients"][0]
    status = {"later": "Sent", "unknown": "Sent", "sent": "Sent", "failed": "Failed", "bounced": "Bounced"}[outcome]
    assert mailed["status"] == status and mailed.get("maybeDuplicate", False) is (outcome == "unknown")
    kept = mails.received(recipient)
    lost = 1 if phase == "dot" and outcome == "unknown" else 0
    assert len(kept) == (1 + lost if status == "Sent" else 0)
    assert sum(m.replied for m in kept) == (1 if status == "Sent" else 0)
    assert len({m.raw for m in kept}) <= 1, "the same message to the byte"
    assert not [line for tls, line in mails.log[begin:] if not tls and line.split(" ")[0] in ("AUTH", "MAIL", "RCPT", "DATA")]


def test_the_ledger_is_the_servers_count(own):
    """Of all rows: what was sent is there, what was not is not, and what may be there twice says so."""
    for delivery in own.db.deliveries.find():
        kept = [m for m in own.mails.everything if m.recipient == delivery["recipient"] and delivery["_id"] in m.message_id]
        assert delivery["state"] in ("sent", "failed", "bounced")
        assert bool(kept) == (delivery["state"] == "sent"), delivery
        assert len(kept) <= 1 or delivery["maybeDuplicate"], delivery
    assert own.db.deliveries.count_documents({}) == own.db.jobs.count_documents({}) > 0


def test_a_refusal_keeps_the_connection(own):
    client, mails = own.api(), own.mails
    good, unknown = address(own, "good"), address(own, "unknown")
    client.wait_mailed(client.create(weekly([good], "before", "csv")))
    before = mails.opened
    mails.plan(unknown, ("reply", "rcpt", "550 5.1.1 no such user"))
    for number in range(3):
        client.wait_mailed(client.create(weekly([unknown if number == 1 else good], f"mail {number}", "csv")))
    assert mails.opened == before and len(mails.received(good)) == 3


def test_the_password_is_in_no_log(own):
    for process in own.processes:
        assert LOGIN[1] not in process.log_path.read_text("utf-8", "replace")


def test_a_server_that_lets_nobody_in_is_left_alone(own):
    """Three connections are refused, two in a row open the breaker; what waits for it has no attempt counted."""
    own.stop_service("notifier")
    mails = SmtpSink()
    notifier = own.start("notifier", JW_SMTP_URL=mails.url, JW_SMTP_TLS="never", JW_SMTP_USER="", JW_SMTP_PASSWORD="",
                         JW_SENDERS="1", JW_SMTP_BREAKER_FAILURES="2", JW_SMTP_BREAKER_WAIT="1s")
    mails.disconnect()
    mails.script("greeting", *3 * [("reply", "554 5.3.2 closed for now")])
    before, client = mails.opened, own.api()
    recipients = [address(own, f"r{number}") for number in range(10)]
    job_id = client.create(weekly(recipients, "breaker", "csv"))

    def level():
        return int(re.search(r"^jobwire_smtp_breaker_open (\d+)$", notifier.get("/metrics").text, re.M)[1])

    until(lambda: level() == 1, 60, "the breaker is open")
    until(lambda: notifier.get("/readyz").json()["status"] == "degraded", 20, "readiness says so")
    until(lambda: own.db.deliveries.count_documents({"jobId": job_id, "state": "sent"}) >= 7, 60, "it closed again")
    assert level() == 0 and mails.unscripted()
    refused = list(own.db.deliveries.find({"jobId": job_id, "state": "queued", "reply": {"$regex": "^554"}}))
    assert len(refused) <= 3
    everyone = list(own.db.deliveries.find({"jobId": job_id}))
    assert {d["attempts"] for d in everyone} == {1}
    assert mails.opened - before <= 5, "three refused, one of readiness, one that all mails share"
    own.db.deliveries.update_many({"jobId": job_id}, {"$set": {"notBefore": everyone[0]["createdAt"]}})
    client.wait_mailed(job_id)
    assert all(len(mails.received(recipient)) == 1 for recipient in recipients)
    notifier.stop()
    mails.close()
