"""The life of each service: its options, its probes, its log, and how it ends."""

import json
import signal
import subprocess
from datetime import datetime

import pytest
import requests

from servers import OwnServer
from smtpsink import SmtpSink
from stack import SERVICES, Stack, address, clean_env, everything, free_port, program, weekly
from wait import until

# What a service refuses: the variable, and its message.
REFUSED = {
    "JW_HTTP_PORT": ("70000", "65535"),
    "JW_DRAIN_TIMEOUT": ("soon", "soon"),
    "JW_MONGODB_POOL_SIZE": ("0", "1"),
    "JW_MONGODB_JOURNAL": ("perhaps", "perhaps"),
    "JW_MONGO_URI": ("mongodb://x", "JW_MONGODB_URI"),  # unknown: the one that is meant is named
}


# What no table can refuse, and a start would stop at: the service, and values with the variable that must be named.
STOPS = [
    *[
        (service, values, name)
        for service in SERVICES
        for values, name in [
            ({"JW_MONGODB_URI": "mongo:/h"}, "JW_MONGODB_URI"),
            ({"JW_MONGODB_W": "all"}, "JW_MONGODB_W"),
            ({"JW_KAFKA_LINGER": "5"}, "JW_KAFKA_LINGER"),
            ({"JW_HTTP_ADDRESS": "no such host"}, "JW_HTTP_ADDRESS"),
            ({"JW_HTTP_TRUSTED_PROXIES": "1.2.3"}, "JW_HTTP_TRUSTED_PROXIES"),
            ({"JW_HTTP_PORT": "18080", "JW_HEALTH_PORT": "18080"}, "JW_HEALTH_PORT"),
            ({"JW_KAFKA_BROKERS": "nope:"}, "JW_KAFKA_BROKERS"),
        ]
    ],
    *[(service, {"JW_REPORTS_DIR": "/nowhere"}, "JW_REPORTS_DIR") for service in ("gateway", "executor", "scheduler")],
    *[(service, {"JW_PUBLIC_URL": "jobs"}, "JW_PUBLIC_URL") for service in ("gateway", "notifier")],
    *[(service, {"JW_REAP_AFTER": "1s"}, "JW_REAP_AFTER") for service in ("executor", "scheduler")],
    ("gateway", {"JW_JWT_KEYS_FILE": "/nowhere"}, "JW_JWT_KEYS_FILE"),
    ("scheduler", {"JW_SCHEDULES_FILE": "/nowhere"}, "JW_SCHEDULES_FILE"),
    ("executor", {"JW_TEMP_DIR": "/nowhere"}, "JW_TEMP_DIR"),
    ("executor", {"JW_HEARTBEAT_INTERVAL": "30s"}, "JW_HEARTBEAT_TIMEOUT"),
    ("notifier", {"JW_SMTP_URL": "http://mail"}, "JW_SMTP_URL"),
    ("notifier", {"JW_SMTP_TLS": "perhaps"}, "JW_SMTP_TLS"),
    ("notifier", {"JW_SMTP_CA_FILE": "/nowhere"}, "JW_SMTP_CA_FILE"),
    ("notifier", {"JW_MAIL_FROM": "nobody"}, "JW_MAIL_FROM"),
    ("notifier", {"JW_MAIL_FROM": "J\u00f6rg <j\u00f6rg@example.com>"}, "JW_MAIL_FROM"),
    ("notifier", {"JW_SMTP_DOMAIN_CONNECTIONS": "5"}, "JW_SMTP_DOMAIN_CONNECTIONS"),
    ("notifier", {"JW_DKIM_SELECTOR": "mail"}, "JW_DKIM_SELECTOR"),
    ("notifier", {"JW_DKIM_KEY": "no key", "JW_DKIM_SELECTOR": "mail"}, "JW_DKIM_KEY"),
    *[(service, {"JW_MAIL_ALLOW_DOMAINS": "exa mple"}, "JW_MAIL_ALLOW_DOMAINS") for service in ("gateway", "notifier")],
    ("notifier", {"JW_SENDER_DEAD_AFTER": "1s"}, "JW_SENDER_DEAD_AFTER"),
]


@pytest.fixture(scope="module")
def own(calls_csv):
    mails = SmtpSink()
    try:
        with Stack("lifecycle", smtp_url=mails.url) as stack:
            stack.import_csv(calls_csv)
            stack.start_all(("gateway", "scheduler", "notifier"))
            stack.mails = mails
            yield stack
    finally:
        mails.close()


def run(service, *arguments, **env):
    return subprocess.run(
        [program(f"jobwire-{service}"), *arguments], env=clean_env(**env), capture_output=True, text=True, timeout=30
    )


def valid(stack, service):
    return {k: v for k, v in stack.environment(service).items() if k.startswith("JW_")}


@pytest.mark.parametrize("service", SERVICES)
def test_options(own, service):
    done = run(service, "--help")
    assert done.returncode == 0 and done.stderr == ""
    for name in ("--version", "--check-config", "--print-config", "JW_MONGODB_URI", "JW_KAFKA_BROKERS", "JW_LOG_LEVEL"):
        assert name in done.stdout
    version = run(service, "--version")
    assert version.returncode == 0 and version.stdout.split()[0] == f"jobwire-{service}"
    for wrong in (("--colour",), ("now",)):
        assert run(service, *wrong).returncode == 64
    checked = run(service, "--check-config", **valid(own, service))
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_any_service_alone_makes_the_indexes(service):
    """Jobs that come by Kafka only need no gateway; without the indexes each file would be searched chunk by chunk."""
    with Stack(f"indexes-{service}") as stack:
        process = stack.start(service)
        until(lambda: process.records("store_prepared"), 30, "the indexes are there")
        assert len(stack.db.jobs.index_information()) > 5
        assert stack.db["fs.chunks"].index_information()["files_id_1_n_1"]["unique"]


@pytest.mark.parametrize("service", SERVICES)
def test_all_errors_of_a_configuration_are_named_at_once(own, service):
    env = valid(own, service) | {name: value for name, (value, _) in REFUSED.items()}
    env.pop("JW_KAFKA_BROKERS")
    for arguments in (("--check-config",), ()):
        done = run(service, *arguments, **env)
        assert done.returncode == 78 and done.stdout == ""
        for name, (_, word) in REFUSED.items():
            lines = [line for line in done.stderr.splitlines() if name in line]
            assert lines and any(word in line for line in lines), f"{name} in:\n{done.stderr}"
        assert "JW_KAFKA_BROKERS" in done.stderr, "a missing one is named as well"


def test_what_was_not_read_hides_nothing_else(own):
    """Of one part's variables, and beside those of others: no second round of corrections."""
    wrong = {
        "JW_LOG_LEVEL": "loud",
        "JW_REPORTS_DIR": "/nope",
        "JW_JWT_KEYS_FILE": "/nope",
        "JW_JWT_WITHOUT_DEPARTMENTS": "x",
        "JW_KAFKA_BROKERS": "",
        "JW_KAFKA_LINGER_MS": "soon",
    }
    lines = run("gateway", "--check-config", **valid(own, "gateway") | wrong).stderr.splitlines()
    for name in wrong:
        assert any(line.startswith(name) for line in lines), f"{name} in:\n{lines}"
    times = {"JW_HEARTBEAT_INTERVAL": "2s", "JW_HEARTBEAT_TIMEOUT": "1s", "JW_REAP_AFTER": "2s"}
    for service in ("executor", "scheduler"):
        lines = run(service, "--check-config", **valid(own, service) | times).stderr.splitlines()
        assert sum(line.startswith(("JW_HEARTBEAT_TIMEOUT: ", "JW_REAP_AFTER: ")) for line in lines) == 2, lines


@pytest.mark.parametrize("service, values, name", STOPS, ids=lambda part: part if isinstance(part, str) else "")
def test_check_config_refuses_what_a_start_refuses(own, service, values, name):
    env = valid(own, service) | values
    checked, started = run(service, "--check-config", **env), run(service, **env)
    assert (checked.returncode, started.returncode) == (78, 70)
    assert any(line.startswith(name) for line in checked.stderr.splitlines()), checked.stderr
    [record] = [json.loads(line) for line in started.stderr.splitlines() if "service_start_failed" in line]
    assert name in record["cause"]


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_are_masked(own, service, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("canary-kafka\n")
    env = valid(own, service) | {
        "JW_MONGODB_URI": "mongodb://user:canary-mongo@db.example.com:27017",
        "JW_KAFKA_SASL_PASSWORD_FILE": str(secret),
    }
    if service == "notifier":
        env |= {"JW_SMTP_URL": "smtp://mail.example.com", "JW_SMTP_USER": "mailer", "JW_SMTP_PASSWORD": "canary-smtp"}
    done = run(service, "--print-config", **env)
    assert done.returncode == 0, done.stderr
    assert "canary" not in done.stdout + done.stderr
    assert "JW_MONGODB_URI" in done.stdout and "JW_HTTP_ADDRESS" in done.stdout


def test_a_service_that_cannot_start_says_why(own):
    port = own.gateway_port
    process = own.start("scheduler", wait=False, JW_HTTP_PORT=str(port))
    assert process.process.wait(30) == 70
    process.killed = True
    assert str(port) in process.records("service_start_failed")[0]["cause"]


def test_probes_and_metrics(own):
    executor = own.start("executor")
    try:
        for process in own.running():
            assert process.get("/livez").json() == {"status": "alive"}
            ready = process.get("/readyz")
            assert ready.status_code == 200
            checks = ready.json()["checks"]
            assert checks["mongodb"] == {"status": "ok", "required": True}
            until(lambda p=process: p.get("/readyz").json()["status"] == "ready", 15, f"{process.name} is wholly ready")
            assert set(checks) >= {"mongodb", "kafka"}
            metrics = process.get("/metrics")
            assert metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            lines = [line for line in metrics.text.splitlines() if line]
            assert any(line.startswith("# HELP jobwire_") for line in lines)
            samples = [line for line in lines if not line.startswith("#")]
            assert all(float(line.rsplit(" ", 1)[1]) >= 0 for line in samples)
            assert any(line.startswith('jobwire_check_ok{check="mongodb"} 1') for line in samples)
            version = process.get("/version").json()
            assert version["service"] == process.service and version["version"]
            assert process.get("/nothing").status_code == 404
            assert requests.post(process.url + "/livez", timeout=5).status_code == 405
    finally:
        executor.stop()


def test_one_job_is_followed_through_all_logs(own):
    executor = own.start("executor")
    recipient = address(own)
    client = own.api()
    job_id = client.create(weekly([recipient]), headers={"X-Request-Id": "e2e-follow-me"})
    client.wait_mailed(job_id)
    for service in ("gateway", "executor", "notifier"):
        found = [r for p in own.processes if p.service == service for r in p.records(job_id=job_id)]
        assert found, f"the {service} logs the job id"
        assert any(r.get("request_id") == "e2e-follow-me" for r in found), f"the {service} logs the request id"
    executor.stop()
    for process in own.processes:
        for line in process.log_path.read_text("utf-8").splitlines():
            record = json.loads(line)
            assert {"ts", "level", "service", "event"} <= set(record) and record["service"] == process.service
    text = "".join(p.log_path.read_text("utf-8") for p in own.processes)
    assert recipient not in text and client.token not in text, "logs hold no addresses and no tokens"


def test_a_running_job_is_released_on_sigterm(own):
    """The attempt is not counted, and another executor does the job at once."""
    client = own.api()
    for _ in range(10):
        # What runs may finish until 5 s before the end of the time to drain: here it may not.
        first = own.start("executor", JW_WORKERS="1", JW_DRAIN_TIMEOUT="5s")
        job_id = client.create(everything([address(own)], "Released", "xlsx"))
        until(lambda i=job_id: own.db.jobs.find_one({"_id": i, "state": {"$ne": "pending"}}), 20, "claimed", 0.005)
        first.freeze()
        running = own.db.jobs.find_one({"_id": job_id, "state": "running"})
        first.signal(signal.SIGTERM)  # waits until the process goes on
        first.thaw()
        first.check_end()
        if running and first.records("attempt_ended", outcome="released"):
            break
        client.wait(job_id)  # it was too quick; once more
    else:
        raise AssertionError("no job was caught running")
    document = own.db.jobs.find_one({"_id": job_id})
    assert document["state"] == "pending" and document.get("attempts", 0) == 0 and document["token"] == running["token"]
    assert own.files_of(job_id) == [] and not list(own.temp.glob("jobwire-*"))
    second = own.start("executor")
    job = client.wait_mailed(job_id)
    assert job["delivery"]["sent"] == 1
    assert own.db.jobs.find_one({"_id": job_id})["attempts"] == 1
    assert len(own.files_of(job_id)) == 1
    second.stop()


def test_a_mail_under_way_is_finished_on_sigterm(own):
    """The server has the message and has not answered when the notifier is told to end."""
    executor, recipient = own.start("executor"), address(own)
    own.stop_service("notifier")
    own.mails.plan(recipient, "stall-after-dot")
    notifier = own.start("notifier")
    job_id = own.api().create(weekly([recipient]))
    until(lambda: own.mails.received(recipient), 30, "the message is there")
    notifier.signal(signal.SIGTERM)
    until(lambda: notifier.records("service_draining"), 10, "it begins to drain")
    own.mails.release()
    notifier.check_end()
    done = own.api().job(job_id)["delivery"]["recipients"][0]
    assert done["status"] == "Sent" and "maybeDuplicate" not in done
    own.start("notifier")
    executor.stop()


def test_sigterm_stops_the_intake_first(own):
    """An idle service ends at once; one with a request under way answers it."""
    gateway = own.start("gateway", JW_HTTP_PORT=str(free_port()))
    session = requests.Session()  # a kept connection must not hold it up
    assert session.get(gateway.url + "/livez", timeout=5).status_code == 200
    gateway.stop()
    assert [r["event"] for r in gateway.records() if r["event"].startswith("service_")] == [
        "service_started", "service_draining", "service_stopped",
    ]


def test_mongodb_may_start_after_the_services():
    mongodb = OwnServer("mongodb", "late-mongodb")
    try:
        with Stack("mongodb-late", mongodb_uri=mongodb.mongodb_uri) as stack:
            for service in SERVICES:
                stack.start(service, wait=False)
            for process in stack.processes:
                until(lambda p=process: p.records("store_not_ready"), 30, f"{process.name} misses MongoDB")
            mongodb.start()
            for process in stack.processes:
                process.wait_ready()
                until(lambda p=process: p.records("store_prepared"), 30, f"{process.name} has created the indexes")
            assert stack.db["fs.chunks"].index_information()["files_id_1_n_1"]["unique"]
    finally:
        mongodb.stop()


def test_sigterm_with_mongodb_away():
    """Nobody waits for a server that is not there: less than one wait for a server, where each task has one."""
    with OwnServer("mongodb", "lifecycle-mongodb") as mongodb:
        with Stack("mongodb-away", mongodb_uri=mongodb.mongodb_uri) as stack:
            stack.start_all()
            mongodb.kill()
            for process in stack.processes:
                until(lambda p=process: p.get("/readyz").json()["checks"]["mongodb"]["status"] == "failed", 30,
                      f"{process.name} misses MongoDB")
            for process in stack.processes:
                process.signal(signal.SIGTERM)
            for process in stack.processes:
                process.check_end()
                asked, ended = (
                    datetime.fromisoformat(process.records(event)[0]["ts"])
                    for event in ("service_draining", "service_stopped")
                )
                assert (ended - asked).total_seconds() < 5, f"{process.name} took from {asked} to {ended}"


def test_an_interrupt_ends_it_as_well(own):
    scheduler = own.start("scheduler")
    scheduler.signal(signal.SIGINT)
    scheduler.check_end()
