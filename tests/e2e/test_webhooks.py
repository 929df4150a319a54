"""test_webhooks.py: other programs are told of reports and mails: signed, tried again, once by its id, whoever dies."""
import json
import re
import socket
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import jsonschema
import pytest

from receiver import Receiver
from stack import DEADLY, TOP, Stack, address, crash_points, free_port, weekly
from test_examples import bounce_about
from wait import stays, until

ROOT = "/report/webhooks"
ALL = ["report.generated", "report.sent", "report.failed", "email.bounced"]
EVENT = json.loads((TOP / "schemas/common/webhook-event.v1.json").read_text())
OPEN = {"JW_WEBHOOK_ALLOW_PRIVATE": "127.0.0.1/32", "JW_WEBHOOK_ALLOW_HTTP": "true"}
QUICK = {"JW_WEBHOOK_RETRIES": "200ms 300ms 400ms 500ms", "JW_WEBHOOK_TIMEOUT": "1s"}


@pytest.fixture(scope="module")
def own(calls_csv, mails):
    env = {"gateway": OPEN, "notifier": OPEN | DEADLY["notifier"] | QUICK, "all": DEADLY["all"]}
    with Stack("webhooks", smtp_url=mails.url, env=env) as stack:
        stack.import_csv(calls_csv)
        stack.start_all()
        yield stack


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def admin(own):
    """A client of an admin; what it made is gone afterwards, so that the tests do not hear of each other's reports."""
    client = own.api(permissions=(), roles=("Admin",), subject="u-hooks", email=f"hooks@{own.id}.example.com")
    yield client
    for webhook in client.get(ROOT).json()["webhooks"]:
        assert client.request("DELETE", f"{ROOT}/{webhook['id']}").status_code == 204


def make(admin, url, events=("report.generated",), **more):
    answer = admin.request("POST", ROOT, json={"url": url, "events": list(events)} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def log_of(admin, webhook, **query):
    answer = admin.get(f"{ROOT}/{webhook['id']}/deliveries", params={"limit": 100} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["deliveries"]


def wait_log(admin, webhook, *statuses, n=1, seconds=30):
    """The log once it has n deliveries, all in one of the statuses."""
    def there():
        found = log_of(admin, webhook)
        return len(found) >= n and all(d["status"] in statuses for d in found) and found

    return until(there, seconds, lambda: f"{n} deliveries are {statuses}; the log is {log_of(admin, webhook)}")


def check(post, secret):
    jsonschema.validate(post.event, EVENT)
    assert post.signed_by(secret)
    assert post.headers["Content-Type"] == "application/json"


def assert_log_is_what_came(admin, webhook, receiver, path):
    """Every attempt of the log came, and nothing else did: but for those that were never connected."""
    came = [(p.id, p.type) for p in receiver.posts(path)]
    logged = [(d["id"], d["type"]) for d in log_of(admin, webhook) for _ in d["attempts"]]
    assert sorted(came) == sorted(logged)


def test_a_report_and_its_mails_are_told_of(own, admin, receiver, mails):
    webhook = make(admin, receiver.url + "/all", ALL)
    good, bad = address(own, "good"), address(own, "bad")
    mails.plan(bad, ("reply", "rcpt", "550 5.1.1 no such user"))
    client = own.api()
    job_id = client.create(weekly([good, bad]))
    job = client.wait_mailed(job_id)
    until(lambda: len(receiver.posts("/all")) == 3, 30, lambda: f"three events; {receiver.posts('/all')}")
    told = {post.type: post for post in receiver.posts("/all")}
    for post in told.values():
        check(post, webhook["secret"])
        assert post.data["jobId"] == post.data["reportId"] == job_id
        assert post.data["reportType"] == "call-records" and post.data["name"] == "Weekly calls"
        assert post.data["jobUrl"].endswith(f"/api/v2/reports/jobs/{job_id}")
    made = told["report.generated"].data
    assert made["file"]["sha256"] == job["result"]["sha256"]
    assert made["file"]["sizeBytes"] == job["result"]["fileSize"] if "fileSize" in job["result"] else True
    assert made["recipientsCount"] == 2 and made["empty"] is False
    assert told["email.bounced"].data["email"] == bad and "no such user" in told["email.bounced"].data["reason"]
    sent = told["report.sent"].data
    assert [sent[f"{name}Deliveries"] for name in ("successful", "failed", "bounced")] == [1, 0, 1]
    assert sent["recipientsCount"] == 2 and sent["allDelivered"] is False
    wait_log(admin, webhook, "sent", n=3)
    assert_log_is_what_came(admin, webhook, receiver, "/all")
    own.wait_outboxes_empty()
    stays(lambda: len(receiver.posts("/all")) == 3, 1, "nothing comes twice")


def test_a_mail_that_comes_back_and_is_sent_again(own, admin, receiver, mails):
    """Days later, to us: each time is an event of its own, told once."""
    make(admin, receiver.url + "/x", ["report.sent", "email.bounced"])
    client, recipient = own.api(), address(own, "back")
    job_id = client.create(weekly([recipient]))
    client.wait_mailed(job_id)
    until(lambda: receiver.posts("/x", "report.sent"), 30, "it is sent")
    delivery_id = mails.received(recipient)[0].message_id.strip("<>").partition("@")[0]
    url = f"http://127.0.0.1:{own.gateway_port}"
    for _ in range(2):
        own.jobctl("bounce", stdin=bounce_about(delivery_id), JW_GATEWAY_URL=url, JW_API_KEY=own.api_key("bounces", "mx"))
    until(lambda: receiver.posts("/x", "email.bounced"), 30, "it came back")
    [bounced] = receiver.posts("/x", "email.bounced")
    assert bounced.data["email"] == recipient and bounced.data["deliveryId"] == delivery_id
    assert "User unknown" in bounced.data["reason"]
    own.jobctl("suppress", "remove", recipient)  # on the list since it came back
    own.jobctl("resend", job_id, "--failed", JW_GATEWAY_URL=url, JW_TOKEN=own.token())
    until(lambda: len(receiver.posts("/x", "report.sent")) == 2, 30, "it is sent again")
    own.wait_outboxes_empty()
    stays(lambda: len(receiver.posts("/x")) == 3, 1, "nothing comes twice")
    assert len({p.id for p in receiver.posts("/x")}) == 3


def test_a_failed_report_is_told_of(own, admin, receiver):
    webhook = make(admin, receiver.url + "/failed", ["report.failed"])
    client = own.api()
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    job_id = client.create(weekly(scheduledFor=later))
    now, job = datetime.now(UTC), own.db.jobs.find_one({"_id": job_id})
    gone = job["spec"].replace("call-records", "gone-records")  # its report type was there when it was asked for
    own.db.jobs.update_one({"_id": job_id}, {"$set": {"spec": gone, "notBefore": now, "scheduledFor": now}})
    failed = client.wait(job_id, "failed")
    until(lambda: receiver.posts("/failed"), 30, "the event")
    [post] = receiver.posts("/failed")
    check(post, webhook["secret"])
    assert post.data["jobId"] == job_id and post.data["error"] == {k: failed["error"][k] for k in ("code", "message")}


def test_who_is_told(own, admin, receiver):
    """By report type, and by the departments of who made the webhook."""
    other = make(admin, receiver.url + "/other", reportTypes=["learning-activity"])
    make(admin, receiver.url + "/same", reportTypes=["call-records", "learning-activity"])
    limited = own.api(permissions=(), roles=("Admin",), subject="u-limited", departments=("nobody",))
    mine = make(limited, receiver.url + "/limited")
    job_id = own.api().create(weekly())
    until(lambda: receiver.posts("/same"), 30, "the event")
    assert receiver.posts("/same")[0].data["jobId"] == job_id
    assert receiver.posts("/other") == [] and receiver.posts("/limited") == []
    assert log_of(admin, other) == [] and log_of(limited, mine) == []
    assert limited.get(f"{ROOT}/{other['id']}").status_code == 404


REDIRECT = (302, {"Location": "http://127.0.0.1:9/elsewhere"}, b"")
FAULTS = {
    "500": ([500], 2, ["HTTP 500"]),
    "500 twice": ([500, 503], 3, ["HTTP 500", "HTTP 503"]),
    "a body that is too large": ([(200, {}, b"x" * 3_000_000)], 1, []),
    "a body that is too large of 500": ([(500, {}, b"x" * 3_000_000)], 2, ["HTTP 500"]),
    "429 with Retry-After": ([(429, {"Retry-After": "2"}, b"slow")], 2, ["HTTP 429"]),
    "hang": (["hang"], 2, ["no whole answer within 1000 ms*"]),
    "an answer that does not end": (["drip"], 2, ["no whole answer within 1000 ms*"]),
    "reset after the request": (["reset"], 2, ["*"]),
    "redirect": ([REDIRECT], 2, ["HTTP 302: redirects are not followed*127.0.0.1:9/elsewhere"]),
    "401": ([401], 2, ["HTTP 401"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(own, admin, receiver, fault):
    steps, n, reasons = FAULTS[fault]
    receiver.plan("/x", *steps)
    webhook = make(admin, receiver.url + "/x")
    job_id = own.api().create(weekly())
    [delivery] = wait_log(admin, webhook, "sent")
    posts = receiver.posts("/x")
    assert len(posts) == n == len(delivery["attempts"])
    assert {p.id for p in posts} == {delivery["id"]} and {p.body for p in posts} == {posts[0].body}
    assert posts[0].data["jobId"] == job_id
    for post in posts:
        check(post, webhook["secret"])
    for attempt, reason in zip(delivery["attempts"], reasons):
        assert re.fullmatch(re.escape(reason).replace(r"\*", ".*"), attempt["error"]), attempt
    assert delivery["attempts"][-1].get("error") is None
    for attempt in delivery["attempts"]:
        assert len(attempt.get("answer", "")) <= 1024
    if fault.startswith("429"):
        first, second = (int(post.headers["webhook-timestamp"]) for post in posts)
        assert second - first >= 1, "two seconds, cut to whole ones"
    shown = admin.get(f"{ROOT}/{webhook['id']}").json()
    assert shown["enabled"] and "failingSince" not in shown, "the last attempt succeeded"


def test_it_is_given_up_and_replayed(own, admin, receiver):
    receiver.plan("/x", 500, 500, 500, 500, 500)
    webhook = make(admin, receiver.url + "/x")
    own.api().create(weekly())
    [failed] = wait_log(admin, webhook, "failed")
    assert failed["reason"] == "given up after 5 attempts: HTTP 500" and len(failed["attempts"]) == 5
    assert admin.get(f"{ROOT}/{webhook['id']}").json()["failingWhy"] == "HTTP 500"
    answer = admin.request("POST", f"{ROOT}/{webhook['id']}/deliveries/{failed['id']}/replay")
    assert answer.status_code == 202, answer.text
    [sent] = wait_log(admin, webhook, "sent")
    assert len(sent["attempts"]) == 6 and {p.id for p in receiver.posts("/x")} == {failed["id"]}
    again = admin.request("POST", f"{ROOT}/{webhook['id']}/deliveries/{failed['id']}/replay")
    assert again.status_code == 202, "what was sent can be sent again, too"
    until(lambda: len(receiver.posts("/x")) == 7, 30, "it comes again")
    assert_log_is_what_came(admin, webhook, receiver, "/x")


def test_gone_disables_at_once_with_a_notice(own, admin, receiver, mails):
    receiver.plan("/x", 410)
    webhook = make(admin, receiver.url + "/x")
    client = own.api()
    client.create(weekly())
    wait_log(admin, webhook, "failed")
    shown = admin.get(f"{ROOT}/{webhook['id']}").json()
    assert shown["enabled"] is False and shown["disabledReason"] == "it answered 410 Gone"
    notice = f"hooks@{own.id}.example.com"
    until(lambda: [m for m in mails.received(notice) if webhook["id"] in m.body("plain")], 30, "its owner is told")
    [mail] = [m for m in mails.received(notice) if webhook["id"] in m.body("plain")]
    assert "it answered 410 Gone" in mail.body("plain") and webhook["url"] in mail.body("plain")
    client.wait(client.create(weekly()))
    missed = wait_log(admin, webhook, "failed", n=2)
    assert missed[0]["reason"].startswith("not sent: the webhook is disabled") and missed[0]["attempts"] == []
    test = admin.post(f"{ROOT}/{webhook['id']}/test", json={})
    assert test.status_code == 202
    until(lambda: receiver.posts("/x", "webhook.test"), 30, "a test comes to a disabled one")
    check(receiver.posts("/x", "webhook.test")[0], webhook["secret"])
    enabled = admin.request("PATCH", f"{ROOT}/{webhook['id']}", json={"enabled": True}).json()
    assert enabled["enabled"] and enabled["missed"]["count"] == 2
    replayed = admin.post(f"{ROOT}/{webhook['id']}/replay", json={"since": enabled["missed"]["since"]})
    assert replayed.status_code == 202 and replayed.json() == {"replayed": 2, "more": False}
    wait_log(admin, webhook, "sent", n=3)
    assert len(receiver.posts("/x", "report.generated")) == 3
    assert len(mails.received(notice)) == len({m.message_id for m in mails.received(notice)})


def test_disabled_after_the_time_of_failures(own, receiver, admin, mails):
    """The week is three seconds here."""
    own.stop_service("notifier")
    own.start("notifier", JW_WEBHOOK_DISABLE_AFTER="3s", JW_WEBHOOK_RETRIES="1s 1s 1s 1s 1s 1s 1s 1s")
    try:
        receiver.plan("/x", *[503] * 20)
        webhook = make(admin, receiver.url + "/x")
        own.api().create(weekly())
        until(lambda: not admin.get(f"{ROOT}/{webhook['id']}").json()["enabled"], 30, "it is disabled")
        shown = admin.get(f"{ROOT}/{webhook['id']}").json()
        assert re.fullmatch(r"every attempt since \S+ failed, the last by: HTTP 503", shown["disabledReason"])
        notice = f"hooks@{own.id}.example.com"
        until(lambda: any(webhook["id"] in m.body("plain") for m in mails.received(notice)), 30, "its owner is told")
        [failed] = wait_log(admin, webhook, "failed")
        assert len(failed["attempts"]) == len(receiver.posts("/x"))
    finally:
        own.stop_service("notifier")
        own.start("notifier")


def test_one_that_hangs_holds_up_nobody(own, admin, receiver):
    """More than there are senders hang, until all others were told."""
    own.stop_service("notifier")
    own.start("notifier", JW_WEBHOOK_SENDERS="4", JW_WEBHOOK_TIMEOUT="60s", JW_SENDER_DEAD_AFTER="150s")
    try:
        receiver.plan("/hangs", *["hang"] * 40)
        slow = make(admin, receiver.url + "/hangs")
        quick = make(admin, receiver.url + "/quick")
        client = own.api()
        jobs = [client.create(weekly()) for _ in range(6)]
        until(lambda: len(receiver.posts("/quick")) == 6, 60, lambda: f"all are told; {len(receiver.posts('/quick'))}")
        assert {p.data["jobId"] for p in receiver.posts("/quick")} == set(jobs)
        assert all(d["status"] in ("queued", "sending") for d in log_of(admin, slow))
        assert 1 <= len(receiver.posts("/hangs")) <= 2, "it has one sender of the four"
        receiver.release()
        wait_log(admin, slow, "sent", n=6)
        wait_log(admin, quick, "sent", n=6)
    finally:
        receiver.release()
        own.stop_service("notifier")
        own.start("notifier")


def test_secrets_rotate(own, admin, receiver):
    webhook = make(admin, receiver.url + "/x")
    rotated = admin.post(f"{ROOT}/{webhook['id']}/secret/rotate", json={"oldValidFor": "1h"}).json()
    assert rotated["secret"] != webhook["secret"] and len(rotated["secrets"]) == 2
    own.api().create(weekly())
    until(lambda: receiver.posts("/x"), 30, "the event")
    [post] = receiver.posts("/x")
    assert post.signed_by(webhook["secret"]) and post.signed_by(rotated["secret"])
    leaked = admin.post(f"{ROOT}/{webhook['id']}/secret/rotate", json={"oldValidFor": "0"}).json()
    admin.post(f"{ROOT}/{webhook['id']}/test", json={})
    until(lambda: receiver.posts("/x", "webhook.test"), 30, "the test")
    [test] = receiver.posts("/x", "webhook.test")
    assert test.signed_by(leaked["secret"])
    assert not test.signed_by(webhook["secret"]) and not test.signed_by(rotated["secret"])
    document = own.db.webhooks.find_one({"_id": webhook["id"]})
    text = json.dumps(document, default=str)
    assert all(secret.removeprefix("whsec_") not in text for secret in (webhook["secret"], rotated["secret"], leaked["secret"]))


def test_the_certificate_must_be_of_the_host(own, admin, tmp_path):
    """One of an authority that is trusted, for another name."""
    key, wrong, right = tmp_path / "key.pem", tmp_path / "wrong.pem", tmp_path / "right.pem"
    for file, name in ((wrong, "DNS:other.example"), (right, "IP:127.0.0.1")):
        make_key = ["-newkey", "rsa:2048", "-nodes", "-keyout", key] if not key.exists() else ["-new", "-key", key]
        subprocess.run(["openssl", "req", "-x509", *make_key, "-days", "2", "-subj", "/CN=test", "-addext",
                        f"subjectAltName={name}", "-out", file], check=True, capture_output=True)
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(wrong.read_bytes() + right.read_bytes())
    own.stop_service("notifier")
    own.start("notifier", JW_WEBHOOK_CA_FILE=str(trusted))
    bad, good = Receiver((wrong, key)), Receiver((right, key))
    try:
        refused = make(admin, bad.url + "/x")
        taken = make(admin, good.url + "/x")
        own.api().create(weekly())
        wait_log(admin, taken, "sent")
        [delivery] = wait_log(admin, refused, "failed")
        assert "certificate" in delivery["attempts"][0]["error"].lower() and bad.posts() == []
        assert len(good.posts("/x")) == 1
    finally:
        bad.close()
        good.close()
        own.stop_service("notifier")
        own.start("notifier")


POINTS = [name for name in crash_points("notifier") if "webhook" in name]


def test_every_point_of_webhooks_is_known():
    assert set(POINTS) == {
        "ntf_webhook_before_tell", "ntf_webhook_after_tell", "ntf_webhook_claimed", "ntf_webhook_before_post",
        "ntf_webhook_after_post", "ntf_webhook_noted",
    }


@pytest.mark.parametrize("point", POINTS)
def test_the_notifier_dies(own, admin, receiver, mails, point):
    """kill -9 at each step: nothing is lost, and what comes twice has one id."""
    webhook = make(admin, receiver.url + "/x", ["report.generated", "report.sent"])
    own.stop_service("notifier")
    fatal = own.start("notifier", JW_CRASH_AT=f"{point}:1")
    client, recipient = own.api(), address(own)
    job_id = client.create(weekly([recipient]))
    fatal.wait_crash(60)
    own.start("notifier")
    deliveries = wait_log(admin, webhook, "sent", n=2, seconds=90)
    assert sorted(d["type"] for d in deliveries) == ["report.generated", "report.sent"]
    posts = receiver.posts("/x")
    assert {p.id for p in posts} == {d["id"] for d in deliveries}
    assert {p.data["jobId"] for p in posts} == {job_id}
    again = point in ("ntf_webhook_after_post", "ntf_webhook_noted")
    assert len(posts) == (3 if again else 2), "the one that nobody wrote down came again"
    assert len(mails.received(recipient)) == 1


# Where a webhook may lead.

def refusals():
    """How 127.0.0.1 and other addresses of the inside are written."""
    return [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "localhost", "api.localhost",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "0xa9fea9fe", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "224.0.0.1", "255.255.255.255",
    ]


@pytest.fixture(scope="module")
def closed(mails):
    """Nothing private is allowed; plain http is, so that a listener would see who comes."""
    env = {name: {"JW_WEBHOOK_ALLOW_HTTP": "true"} for name in ("gateway", "notifier")}
    env["notifier"] |= QUICK
    with Stack("webhooks-closed", smtp_url=mails.url, env=env) as stack:
        stack.start_all()
        yield stack


def test_inner_addresses_are_refused_when_registered(closed):
    admin = closed.api(permissions=(), roles=("Admin",))
    for host in refusals():
        answer = admin.post(ROOT, json={"url": f"http://{host}:80/", "events": ["report.sent"]})
        assert answer.status_code == 400 and "/url: " in answer.json()["details"], f"{host}: {answer.text}"
    assert admin.get(ROOT).json() == {"webhooks": []}


def test_inner_addresses_are_refused_when_connected(closed, receiver):
    """A name that leads inside, and what was registered while it was allowed: no connection is made."""
    admin = closed.api(permissions=(), roles=("Admin",))
    name = socket.gethostname()
    inner = ip_address(socket.gethostbyname(name))
    assert not inner.is_global, "the name of this machine leads to the inside"
    by_name = make(admin, f"http://{name}:{receiver.port}/x")
    hosts = ["127.0.0.1", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost"]
    webhooks = [by_name]
    for host in hosts:
        webhook = make(admin, f"http://{name}:{receiver.port}/x")
        closed.db.webhooks.update_one({"_id": webhook["id"]}, {"$set": {"url": f"http://{host}:{receiver.port}/x"}})
        webhooks.append(webhook)
    for webhook in webhooks:
        assert admin.post(f"{ROOT}/{webhook['id']}/test", json={}).status_code == 202
    for webhook in webhooks:
        [delivery] = wait_log(admin, webhook, "failed")
        for attempt in delivery["attempts"]:
            assert "refused; use one of the public internet" in attempt["error"], attempt
    assert receiver.posts() == []


def examples():
    """The receivers of docs/webhooks.md, by language."""
    text = (TOP / "docs/webhooks.md").read_text()
    return dict(re.findall(r"<!-- tests/e2e/test_webhooks.py runs it -->\n```(\w+)\n(.*?)```", text, re.S))


@pytest.mark.parametrize("language", ["python", "js"])
def test_the_receivers_of_the_documentation(own, admin, tmp_path, language):
    port = free_port()
    webhook = make(admin, f"http://127.0.0.1:{port}/hooks", ["report.generated"])
    program = tmp_path / ("receiver.py" if language == "python" else "receiver.cjs")
    program.write_text(examples()[language])
    command = [sys.executable, program] if language == "python" else ["node", program]
    out = tmp_path / "out"
    with open(out, "wb") as file:
        process = subprocess.Popen([*command, webhook["secret"], str(port)], stdout=file, stderr=file)
    try:
        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(listens, 30, lambda: f"it listens: {out.read_text()}")
        job_id = own.api().create(weekly())
        [delivery] = wait_log(admin, webhook, "sent")
        assert out.read_text() == f"report.generated {job_id}\n"
        admin.post(f"{ROOT}/{webhook['id']}/deliveries/{delivery['id']}/replay")
        until(lambda: len(log_of(admin, webhook)[0]["attempts"]) == 2, 30, "it comes again")
        wait_log(admin, webhook, "sent")
        assert out.read_text() == f"report.generated {job_id}\n", "and is done once"
        admin.post(f"{ROOT}/{webhook['id']}/secret/rotate", json={"oldValidFor": "0"})
        admin.post(f"{ROOT}/{webhook['id']}/test", json={})
        until(lambda: [d for d in log_of(admin, webhook) if d["type"] == "webhook.test" and d["attempts"]], 30, "the test")
        [test] = [d for d in log_of(admin, webhook) if d["type"] == "webhook.test"]
        assert test["attempts"][0]["responseCode"] == 401, "another secret is refused"
    finally:
        process.kill()
        process.wait()


def test_jobctl(own, admin, receiver):
    token = admin.token
    env = {"JW_GATEWAY_URL": f"http://127.0.0.1:{own.gateway_port}", "JW_TOKEN": token}

    def jobctl(*arguments, **options):
        return own.jobctl("webhook", *arguments, **env, **options)

    made = json.loads(jobctl("add", receiver.url + "/ctl", "--event", "report.generated,report.sent", "--description",
                             "by hand", "-o", "json").stdout)
    assert made["secret"].startswith("whsec_")
    wrong = jobctl("add", receiver.url + "/ctl", "--event", "report.send", check=False)
    assert wrong.returncode == 1 and "did you mean 'report.sent'?" in wrong.stderr
    assert made["id"] in jobctl("list").stdout
    assert "by hand" in jobctl("get", made["id"]).stdout
    jobctl("test", made["id"])
    until(lambda: receiver.posts("/ctl", "webhook.test"), 30, "the test")
    until(lambda: "sent" in jobctl("deliveries", made["id"]).stdout, 30, "the log says so")
    [event] = log_of(admin, made)
    jobctl("replay", made["id"], event["id"])
    until(lambda: len(receiver.posts("/ctl")) == 2, 30, "it comes again")
    rotated = json.loads(jobctl("rotate", made["id"], "--old-valid", "0", "-o", "json").stdout)
    assert rotated["secret"] != made["secret"] and len(rotated["secrets"]) == 1
    jobctl("disable", made["id"])
    refused = jobctl("replay", made["id"], check=False)
    assert refused.returncode == 1 and "enable it first" in refused.stderr
    jobctl("enable", made["id"])
    assert "Replayed" in jobctl("replay", made["id"]).stdout
    jobctl("remove", made["id"])
    missing = jobctl("get", made["id"], check=False)
    assert missing.returncode == 1 and "not found" in missing.stderr
    assert str(uuid.UUID(made["id"])) == made["id"]
