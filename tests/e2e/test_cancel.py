"""Cancelled jobs publish nothing."""

import contextlib
import json
import time
import uuid
from datetime import datetime

import pytest

from stack import JOBS, Stack, address, command, event_headers, everything, weekly
from wait import stays, until


@pytest.fixture(scope="module")
def own(calls_csv, mails):
    """Without executors: each test starts what it wants."""
    with Stack("cancel", smtp_url=mails.url) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("gateway", "scheduler", "notifier"))
        yield stack


@contextlib.contextmanager
def executor(stack, **env):
    patient = {"JW_HEARTBEAT_TIMEOUT": "60s", "JW_REAP_AFTER": "70s"}
    process = stack.start("executor", **{"JW_WORKERS": "1"} | patient | env)
    try:
        yield process
    finally:
        process.stop()


def nothing_came_of(stack, mails, job_id, recipient):
    client = stack.api()
    job = client.job(job_id)
    assert job["status"] == "cancelled" and "result" not in job
    answer = client.download(job_id)
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "JOB_NOT_COMPLETED"
    stack.wait_outboxes_empty()
    stays(lambda: not mails.received(recipient), 1, "a cancelled job sends no mail")
    assert stack.db.deliveries.count_documents({"jobId": job_id}) == 0
    document = stack.db.jobs.find_one({"_id": job_id})
    assert document["state"] == "cancelled" and "artifact" not in document
    return document


def test_a_pending_job(own, mails):
    client, recipient = own.api(), address(own)
    job_id = client.create(weekly([recipient], "Never claimed"))
    answer = client.post(f"/{job_id}/cancel", json={"reason": "changed my mind"})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["id"] == job_id and data["status"] == "cancelled" and data["cancelledBy"] == "u-e2e"
    assert datetime.fromisoformat(data["cancelledAt"])
    job = client.job(job_id)
    assert job["cancelReason"] == "changed my mind" and job["cancelledAt"] == data["cancelledAt"]
    with executor(own) as process:
        other = client.create(weekly(name="Claimed after it"))
        client.wait(other)  # the command of the cancelled one came before in time
        assert not process.records("job_claimed", job_id=job_id)
    nothing_came_of(own, mails, job_id, recipient)


def test_a_job_that_waits_for_its_time(own, mails):
    client, recipient = own.api(), address(own)
    job_id = client.create(weekly([recipient], scheduledFor="2099-01-01T00:00:00Z"))
    assert client.post(f"/{job_id}/cancel").status_code == 200
    nothing_came_of(own, mails, job_id, recipient)


def claimed_and_frozen(stack, process, job_id):
    """Stops the executor between two steps of the job, wherever that is."""
    until(lambda: stack.db.jobs.find_one({"_id": job_id, "state": {"$ne": "pending"}}), 20, "the job is claimed", 0.005)
    process.freeze()
    return stack.db.jobs.find_one({"_id": job_id})["state"] == "running"


def running_job(stack, process, create):
    """A job that runs in a process that is stopped. One that was too quick is left, another tried."""
    client = stack.api()
    for _ in range(10):
        job_id = create()
        if claimed_and_frozen(stack, process, job_id):
            return job_id
        process.thaw()
        client.wait(job_id)
    raise AssertionError("no job was caught running")


def test_a_running_job_in_a_stopped_process(own, mails):
    client, recipient = own.api(), address(own)
    with executor(own) as process:
        job_id = running_job(own, process, lambda: client.create(everything([recipient], "Running", "xlsx")))
        before = len(mails.received(recipient))
        job = client.job(job_id)
        assert job["status"] == "running" and "startedAt" in job and "completedAt" not in job and "result" not in job
        progress = job["progress"]
        assert 0 <= progress["percentage"] < 100 and progress["currentStep"] and progress["recordsProcessed"] <= 5000
        answer = client.post(f"/{job_id}/cancel", json={})
        assert answer.status_code == 200 and answer.json()["data"]["status"] == "cancelled"
        process.thaw()
        until(lambda: process.records("attempt_ended", job_id=job_id), 20, "the attempt ended")
        assert process.records("attempt_ended", job_id=job_id)[0]["outcome"] == "lost"
        client.wait(client.create(weekly(name="The worker is free again")))
    assert before == len(mails.received(recipient))
    own.wait_outboxes_empty()
    job = own.db.jobs.find_one({"_id": job_id})
    assert job["state"] == "cancelled" and "artifact" not in job
    assert own.files_of(job_id) == [], "what the attempt stored is removed"
    assert not list(own.temp.glob("jobwire-*")), "and what it wrote"
    assert client.download(job_id).status_code == 409


def test_a_job_over_its_time_limit(own, mails):
    """A command may limit its attempts' time; what takes longer fails for good, and who asked is told, once."""
    recipient, owner = address(own), address(own, "owner")

    def limited():
        body = command(everything([recipient], "Limited", "xlsx", jobId=str(uuid.uuid4()), timeoutSeconds=1))
        body["requestedBy"] = {"id": "u-owner", "email": owner}
        own.publish("job.commands.normal", json.dumps(body), key=body["jobId"], headers=event_headers("job.submit"))
        return body["jobId"]

    with executor(own) as process:
        job_id = running_job(own, process, limited)
        before = len(mails.received(recipient))
        over = time.monotonic() + 1.2
        until(lambda: time.monotonic() > over, 5, "the time is over")
        process.thaw()
        job = until(lambda: own.db.jobs.find_one({"_id": job_id, "state": "failed"}), 20, "the job failed")
    assert job["errorCode"] == "TIMEOUT" and job["attempts"] == 1 and job["timeoutMs"] == 1000
    own.wait_outboxes_empty()
    assert before == len(mails.received(recipient)) and own.files_of(job_id) == []
    told = until(lambda: mails.received(owner), 20, "the mail to who asked")
    text = told[0].body("plain")
    assert "Why: It took longer than it may take." in text and "What to do: Ask for a shorter period" in text
    assert job["errorMessage"] not in text and job["errorMessage"] not in told[0].body("html")
    until(lambda: own.db.jobs.find_one({"_id": job_id, "mailPending": False}), 20, "the mail has ended")
    assert len(mails.received(owner)) == 1 and own.db.deliveries.count_documents({"jobId": job_id}) == 1


def test_cancelling_while_executors_are_busy(own, mails):
    """Jobs cancelled at whatever moment: either cancelled with nothing to show, or completed before."""
    client, recipient = own.api(), address(own)
    with executor(own, JW_WORKERS="2"):
        jobs = [client.create(everything([recipient], f"Race {n}")) for n in range(8)]
        cancelled = set()
        for job_id in jobs:
            answer = client.post(f"/{job_id}/cancel")
            assert answer.status_code in (200, 409), answer.text
            if answer.status_code == 200:
                cancelled.add(job_id)
            else:
                assert answer.json()["error"]["code"] == "JOB_NOT_CANCELLABLE"
        for job_id in set(jobs) - cancelled:
            client.wait_mailed(job_id)
    for job_id in cancelled:
        assert client.job(job_id)["status"] == "cancelled"
        assert client.download(job_id).status_code == 409
    own.wait_outboxes_empty()
    assert len(mails.received(recipient)) == len(jobs) - len(cancelled)


def test_a_job_that_has_ended(own):
    client = own.api()
    with executor(own):
        done = client.create(weekly(name="Done"))
        client.wait(done)
    gone = client.create(weekly(name="Cancelled twice"))
    assert client.post(f"/{gone}/cancel").status_code == 200
    for job_id, state in ((done, "completed"), (gone, "cancelled")):
        before = client.job(job_id)
        answer = client.post(f"/{job_id}/cancel", json={"reason": "again"})
        assert answer.status_code == 409 and answer.json()["error"]["code"] == "JOB_NOT_CANCELLABLE"
        assert state in answer.json()["error"]["message"]
        assert client.job(job_id) == before
        retry = client.post(f"/{job_id}/retry")
        assert retry.status_code == 409 and retry.json()["error"]["code"] == "JOB_NOT_FAILED"


def test_who_may_cancel(own):
    owner = own.api(permissions=("reports:create", "reports:read"), departments=("sales",))
    job_id = owner.create(weekly(name="Of sales"))
    peer = own.api(permissions=("reports:read",), subject="u-peer", departments=("sales", "support"))
    answer = peer.post(f"/{job_id}/cancel")
    assert answer.status_code == 403 and "reports:cancel" in answer.json()["error"]["message"]
    assert owner.post(f"/{job_id}/cancel").status_code == 200, "the owner needs no permission"
    other = owner.create(weekly(name="Another of sales"))
    boss = own.api(permissions=("reports:cancel",), subject="u-boss", departments=("sales",))
    assert boss.post(f"/{other}/cancel").json()["data"]["cancelledBy"] == "u-boss"


@pytest.mark.parametrize(
    "body,pointer", [({"reason": 7}, "/reason"), ({"reason": "x" * 501}, "/reason"), ({"why": "x"}, "/why"), ([], "")]
)
def test_a_bad_body_cancels_nothing(own, body, pointer):
    client = own.api()
    job_id = client.create(weekly(name="Stays"))
    answer = client.post(f"/{job_id}/cancel", json=body)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert [d["pointer"] for d in answer.json()["error"]["details"]] == [pointer]
    assert client.job(job_id)["status"] == "pending"
    assert client.post(f"{JOBS}/{job_id}/cancel").status_code == 200
