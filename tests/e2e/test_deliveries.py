"""The mails of a job as its owner sees and changes them: what became of each, sent again, come back; and whatever dies, what
the mail server holds is what the deliveries say.
"""
import json
import uuid

import pytest
import requests

from stack import DEADLY, Stack, address, weekly
from test_examples import bounce_about
from test_faults import NOTIFIER
from wait import until


@pytest.fixture(scope="module")
def own(calls_csv, mails):
    with Stack("deliveries", smtp_url=mails.url, env=DEADLY) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("gateway", "scheduler", "executor"))
        yield stack


@pytest.fixture(autouse=True)
def no_notifier_left(own):
    yield
    own.stop_service("notifier")
    if not own.running("gateway"):
        own.start("gateway")


def jobctl(stack, *arguments, **options):
    url = f"http://127.0.0.1:{stack.gateway_port}"
    return stack.jobctl(*arguments, JW_GATEWAY_URL=url, JW_TOKEN=stack.token(), **options)


def mails_of(stack, job_id):
    """{(recipient, round): the mail}, as the API has it."""
    return {(m["email"], m["round"]): m for m in stack.api().get(f"/{job_id}/deliveries").json()["data"]}


def assert_ledger(stack, mails, job_id):
    """The deliveries are what the server holds: one of each that is sent, more only where it is flagged, none of what failed
    for certain."""
    for (recipient, _), mail in mails_of(stack, job_id).items():
        held = [m for m in mails.received(recipient) if m.message_id == f"<{mail['messageId']}>"]
        if mail["status"] == "Sent":
            assert len(held) >= 1
            assert len(held) == 1 or mail.get("maybeDuplicate"), mail
            assert len({m.raw for m in held}) == 1, "the same message to the byte"
        elif "in doubt" not in mail.get("errorMessage", ""):
            assert not held, mail


def bounced_events(stack, job_id):
    """{ce_id: event} of the mails of a job that came back, once there is one; a repeated one has the same ce_id."""
    found = {}

    def some(messages):
        for message in messages:
            event = json.loads(message.value())
            if event["jobId"] == job_id and event["state"] == "bounced":
                found[dict(message.headers())["ce_id"]] = event
        return found

    stack.consume("delivery.events", some)
    return found


def refused_job(stack, mails, **more):
    """A job whose one mail is sent and whose other is refused. Its id, and the recipients."""
    good, bad = address(stack, "good"), address(stack, "bad")
    mails.plan(bad, ("reply", "dot", "554 5.7.1 looks like spam"))
    client = stack.api()
    job_id = client.create(weekly([good, bad], **more))
    client.wait_mailed(job_id, seconds=60)
    return job_id, good, bad


def test_to_those_that_failed_and_to_a_new_one(own, mails):
    own.start("notifier")
    job_id, good, bad = refused_job(own, mails)
    table = jobctl(own, "deliveries", job_id).stdout
    lines = {line.split()[0]: line for line in table.splitlines()}
    assert "Sent" in lines[good] and "250 2.0.0 kept" in lines[good]
    assert "Failed" in lines[bad] and "looks like spam" in lines[bad]
    new = address(own, "new")
    told = json.loads(jobctl(own, "resend", job_id, "--failed", "--to", new, "--key", "k-1", "-o", "json").stdout)
    assert (told["round"], told["recipients"]) == (1, [bad, new])
    job = own.api().wait_mailed(job_id, seconds=60)
    delivery = job["delivery"]
    assert (delivery["total"], delivery["sent"], delivery["failed"]) == (3, 3, 0)
    assert [r["email"] for r in delivery["recipients"]] == [good, bad, new]
    assert [len(mails.received(r)) for r in (good, bad, new)] == [1, 1, 1]
    # the same again sends nothing, and nobody has failed
    assert json.loads(jobctl(own, "resend", job_id, "--failed", "--to", new, "--key", "k-1", "-o", "json").stdout) == told
    refused = jobctl(own, "resend", job_id, "--failed", check=False)
    assert refused.returncode == 1 and "no mail of this job has failed" in refused.stderr
    assert jobctl(own, "resend", job_id, check=False).returncode == 64
    listed = mails_of(own, job_id)
    assert set(listed) == {(good, 0), (bad, 0), (bad, 1), (new, 1)}
    assert listed[(bad, 0)]["status"] == "Failed" and listed[(bad, 1)]["status"] == "Sent"
    assert_ledger(own, mails, job_id)
    counted = {"total": 3, "sent": 3, "failed": 0, "bounced": 0, "unknown": 0}
    until(lambda: own.db.jobs.find_one({"_id": job_id})["deliveries"] == counted, 30, "the job has the counts")
    until(lambda: own.db.jobs.find_one({"_id": job_id})["mailPending"] is False, 30, "there is nothing left to do")


@pytest.mark.parametrize("point", ["gw_before_change", "gw_after_change"])
def test_the_gateway_dies_around_a_resend(own, mails, point):
    """Before it nothing happened; after it the mail goes out, whoever makes its delivery. The same key again is the same."""
    own.start("notifier")
    job_id, _, bad = refused_job(own, mails)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    own.stop_service("gateway")
    fatal = own.start("gateway", JW_CRASH_AT=f"{point}:1")
    with pytest.raises(requests.RequestException):
        own.api().post(f"/{job_id}/deliveries", json={"failed": True}, headers=key, timeout=10)
    fatal.wait_crash()
    own.start("gateway")
    rounds = len(own.db.jobs.find_one({"_id": job_id})["resends"])
    assert rounds == (1 if point == "gw_after_change" else 0)
    answer = own.api().post(f"/{job_id}/deliveries", json={"failed": True}, headers=key)
    assert answer.status_code == 202 and ("Idempotent-Replayed" in answer.headers) == (rounds == 1)
    job = own.api().wait_mailed(job_id, seconds=90)
    assert job["delivery"]["sent"] == 2
    assert len(mails.received(bad)) == 1
    assert_ledger(own, mails, job_id)


@pytest.mark.parametrize("point", ["gw_before_change", "gw_after_change"])
def test_the_gateway_dies_around_a_bounce(own, mails, point):
    """The mail server's pipe ends with 75, so it tells again: it bounced once."""
    own.start("notifier")
    recipient = address(own, "gone")
    job_id = own.api().create(weekly([recipient]))
    own.api().wait_mailed(job_id, seconds=60)
    mail = bounce_about(mails.received(recipient)[0].message_id.strip("<>").partition("@")[0])
    own.stop_service("gateway")
    keyed = {"JW_API_KEY": own.api_key("bounces", "exim")}
    fatal = own.start("gateway", JW_CRASH_AT=f"{point}:1")
    assert jobctl(own, "bounce", stdin=mail, check=False, **keyed).returncode == 75
    fatal.wait_crash()
    own.start("gateway")
    told = json.loads(jobctl(own, "bounce", "-o", "json", stdin=mail, **keyed).stdout)
    assert told["result"] == ("bounced_before" if point == "gw_after_change" else "bounced")
    job = own.api().job(job_id)
    assert (job["delivery"]["bounced"], job["delivery"]["sent"]) == (1, 0)
    own.wait_outboxes_empty()
    assert len(bounced_events(own, job_id)) == 1


@pytest.mark.parametrize("point", NOTIFIER)
def test_the_notifier_dies_while_it_sends_again(own, mails, point):
    own.start("notifier")
    job_id, good, bad = refused_job(own, mails)
    own.stop_service("notifier")
    count, doubtful = NOTIFIER[point]
    fatal = own.start("notifier", JW_CRASH_AT=f"{point}:1", JW_SENDERS="1")
    assert own.api().post(f"/{job_id}/deliveries", json={"failed": True}).status_code == 202
    fatal.wait_crash(60)
    own.start("notifier")
    own.api().wait_mailed(job_id, seconds=60)
    again = mails_of(own, job_id)[(bad, 1)]
    assert again["status"] == "Sent" and again.get("maybeDuplicate", False) is doubtful
    assert [len(mails.received(r)) for r in (good, bad)] == [1, count]
    assert_ledger(own, mails, job_id)


def test_a_mail_comes_back(own, mails):
    """Piped to jobctl by a mail server: once it is new, then the same; what is of somebody else is said."""
    own.start("notifier")
    recipient, other = address(own, "gone"), address(own, "there")
    client = own.api()
    job_id = client.create(weekly([recipient, other]))
    client.wait_mailed(job_id, seconds=60)
    sent = mails.received(recipient)[0]
    delivery_id = sent.message_id.strip("<>").partition("@")[0]
    keyed = {"JW_GATEWAY_URL": f"http://127.0.0.1:{own.gateway_port}", "JW_API_KEY": own.api_key("bounces", "postfix")}
    for result in ("bounced", "bounced_before"):
        done = own.jobctl("bounce", "-o", "json", stdin=bounce_about(delivery_id), **keyed)
        told = json.loads(done.stdout)
        assert (told["result"], told["recipient"], told["status_code"]) == (result, recipient, "5.1.1")
    job = client.job(job_id)
    mailed = {r["email"]: r for r in job["delivery"]["recipients"]}
    assert mailed[recipient]["status"] == "Bounced" and mailed[recipient]["statusCode"] == "5.1.1"
    assert "User unknown" in mailed[recipient]["errorMessage"] and mailed[recipient]["sentAt"]
    assert mailed[other]["status"] == "Sent"
    counts = {"total": 2, "sent": 1, "failed": 0, "bounced": 1, "unknown": 0}
    until(lambda: own.db.jobs.find_one({"_id": job_id})["deliveries"] == counts, 30, "the job has the counts")

    (event,) = bounced_events(own, job_id).values()
    assert (event["deliveryId"], event["statusCode"]) == (delivery_id, "5.1.1")
    assert (event["channel"], event["kind"]) == ("mail", "report")

    file = own.temp / "of-somebody-else.eml"
    file.write_text(bounce_about("11111111-2222-5333-8444-555555555555"))
    unknown = own.jobctl("bounce", file, check=False, **keyed)
    assert unknown.returncode == 1 and "somebody else's mail" in unknown.stderr
    no_bounce = own.jobctl("bounce", check=False, stdin="Subject: hello\n\nhello\n", **keyed)
    assert no_bounce.returncode == 1 and "no delivery status notification" in no_bounce.stderr
    away = own.jobctl("bounce", check=False, stdin=bounce_about(delivery_id), **keyed | {"JW_GATEWAY_URL": "http://127.0.0.1:9"})
    assert away.returncode == 75
    # There is no such mailbox: nothing is sent to it again, until somebody says that there is one.
    jobctl(own, "resend", job_id, "--failed")
    again = {r["email"]: r for r in client.wait_mailed(job_id, seconds=60)["delivery"]["recipients"]}[recipient]
    assert again["status"] == "Failed" and again["errorMessage"].startswith("suppressed: the address bounced")
    own.jobctl("suppress", "remove", recipient)
    jobctl(own, "resend", job_id, "--failed")
    assert client.wait_mailed(job_id, seconds=60)["delivery"]["sent"] == 2
    assert len(mails.received(recipient)) == 2
