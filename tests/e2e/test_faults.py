"""Processes and servers that die at the worst moment: nothing is lost, nothing is done twice."""

import hashlib
import json
import threading
import time
import uuid
from datetime import datetime, timedelta

import pytest
import requests

from servers import OwnServer
from stack import DEADLY, JOBS, Stack, address, crash_points, event_headers, everything, weekly
from wait import stays, until


@pytest.fixture(scope="module")
def own(calls_csv, mails):
    """Gateway and scheduler; the tests start what they hurt."""
    with Stack("faults", smtp_url=mails.url, env=DEADLY) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("gateway", "scheduler"))
        yield stack


@pytest.fixture
def none_left(own):
    """Ends what a test started, and sees that the next one has a gateway."""
    yield
    for service in ("executor", "notifier"):
        own.stop_service(service)
    if not own.running("gateway"):
        own.start("gateway")


def check_job(stack, client, job_id):
    """A completed job: exactly one file counts, and it is whole."""
    job = client.job(job_id)
    assert job["status"] == "completed"
    content = client.download(job_id).content
    assert hashlib.sha256(content).hexdigest() == job["result"]["sha256"] and len(content) == job["result"]["sizeBytes"]
    named = stack.db.jobs.find_one({"_id": job_id})["artifact"]["fileId"]
    chunks = list(stack.db["fs.chunks"].find({"files_id": named}).sort("n", 1))
    assert [c["n"] for c in chunks] == list(range(len(chunks))) and b"".join(c["data"] for c in chunks) == content
    return job


def completed_events(stack, job_ids):
    """{job: how many different `completed` events}; a repeated one has the same ce_id."""
    found = {job_id: set() for job_id in job_ids}

    def all_there(messages):
        for message in messages:
            headers = dict(message.headers())
            job_id = message.key().decode()
            if headers["ce_type"] == b"jobwire.job.completed.v1" and job_id in found:
                found[job_id].add(headers["ce_id"])
        return all(found.values())

    stack.consume("job.events", all_there)
    return {job_id: len(ids) for job_id, ids in found.items()}


# The executor


def test_executors_die_at_every_point(own, none_left):
    """kill -9 at each crash point, one executor a point, while jobs come in; one healthy executor is left."""
    client = own.api()
    names = crash_points("executor")
    assert {"exe_after_claim", "exe_before_read", "exe_after_piece", "exe_before_finish", "exe_after_finish"} <= set(names)
    armed = [own.start("executor", wait=False, JW_WORKERS="1", JW_CRASH_AT=f"{name}:1") for name in names]
    for process in armed:
        process.wait_ready()
    reference = client.create(everything(name="Crash"))
    jobs = [reference]

    def all_died():
        if len(jobs) < 300:
            jobs.append(client.create(everything(name="Crash")))
        return not any(p.alive() for p in armed)

    until(all_died, 60, "every armed executor met its point", pause=0.2)
    for process in armed:
        process.wait_crash()
    own.start("executor", wait=False)
    for job_id in jobs:
        client.wait(job_id, seconds=90)
    digests = {check_job(own, client, job_id)["result"]["sha256"] for job_id in jobs}
    assert len(digests) == 1, "each job has the same report"
    assert set(completed_events(own, jobs).values()) == {1}
    documents = list(own.db.jobs.find({"_id": {"$in": jobs}}))
    assert max(d["attempts"] for d in documents) >= 2, "some were done again"
    # What the dead left behind is there, and nobody can see it.
    named = {d["artifact"]["fileId"] for d in documents}
    stored = set(own.db["fs.chunks"].distinct("files_id"))
    assert len(named) == len(jobs) and named <= stored
    assert stored - named, "the attempts that died while storing left chunks"


def test_an_executor_killed_in_mid_report(own, none_left, mails):
    """kill -9 by a signal, at whatever moment, of the only executor; the next one does the work."""
    client, recipient = own.api(), address(own)
    own.start("notifier", wait=False)
    own.start("executor", wait=False, JW_WORKERS="2")
    jobs = [client.create(everything([recipient], f"Killed {n}", "xlsx")) for n in range(6)]
    until(lambda: own.db.jobs.find_one({"_id": {"$in": jobs}, "state": "running"}), 30, "one is running", 0.005)
    for process in own.running("executor"):
        process.kill()
    own.start("executor", wait=False)
    for job_id in jobs:
        client.wait_mailed(job_id, seconds=60)
        check_job(own, client, job_id)
    assert set(completed_events(own, jobs).values()) == {1}
    assert len(mails.received(recipient)) == len(jobs)
    assert len({m.message_id for m in mails.received(recipient)}) == len(jobs)


def test_a_stale_executor_publishes_nothing(own, none_left, mails):
    """Stopped for longer than the reaper waits, then woken: its claim is gone, and so is its file."""
    client, recipient = own.api(), address(own)
    own.start("notifier", wait=False)
    # must not save itself by the clock
    stale = own.start("executor", JW_WORKERS="1", JW_HEARTBEAT_TIMEOUT="60s", JW_REAP_AFTER="70s")
    for _ in range(10):
        job_id = client.create(everything([recipient], "Stale", "xlsx"))
        until(lambda i=job_id: own.db.jobs.find_one({"_id": i, "state": {"$ne": "pending"}}), 30, "claimed", 0.005)
        stale.freeze()
        before = own.db.jobs.find_one({"_id": job_id})
        if before["state"] == "running":
            break
        stale.thaw()
        client.wait_mailed(job_id)
    assert before["state"] == "running"
    mailed = len(mails.received(recipient))
    own.start("executor", wait=False)
    client.wait_mailed(job_id, seconds=60)
    done = own.db.jobs.find_one({"_id": job_id})
    assert done["token"] > before["token"] and done["attempts"] == 2
    stale.thaw()
    until(lambda: stale.records("attempt_ended", job_id=job_id), 30, "the stale attempt ended")
    assert stale.records("attempt_ended", job_id=job_id)[-1]["outcome"] == "lost"
    after = own.db.jobs.find_one({"_id": job_id})
    assert {k: after[k] for k in ("state", "token", "artifact", "finishedAt")} == {
        k: done[k] for k in ("state", "token", "artifact", "finishedAt")
    }
    check_job(own, client, job_id)
    assert own.files_of(job_id) == [done["artifact"]["fileId"]], "it removed what it had stored"
    assert completed_events(own, [job_id]) == {job_id: 1}
    own.wait_outboxes_empty()
    assert len(mails.received(recipient)) == mailed + 1


# The gateway


def post_until_answered(client, body, key, seconds=60):
    """What a client must do when it does not know: ask again with the same key."""
    answers = []

    def answered():
        try:
            answers.append(client.post(json=body, headers={"Idempotency-Key": key}, timeout=10))
        except requests.RequestException:
            return False
        return answers[-1].status_code == 201

    until(answered, seconds, lambda: f"201; the last answer was {answers[-1].text if answers else 'none'}", pause=0.2)
    return answers[-1]


@pytest.mark.parametrize("point", [p for p in crash_points("gateway") if not p.startswith("gw_email_")])  # test_seed_003.py
def test_the_gateway_dies_around_its_write(own, none_left, mails, point):
    """Then the client asks again with the same key: one job, one mail."""
    recipient, key = address(own), str(uuid.uuid4())
    body = weekly([recipient], f"Asked at {point}")
    client = own.api()
    client.get()
    own.stop_service("gateway")
    fatal = own.start("gateway", JW_CRASH_AT=f"{point}:1")
    changing = "change" in point
    job_id = client.create(body, key=key) if changing else None
    with pytest.raises(requests.RequestException):
        if changing:
            client.post(f"/{job_id}/cancel", timeout=10)
        else:
            client.post(json=body, headers={"Idempotency-Key": key}, timeout=10)
    fatal.wait_crash()
    stored = list(own.db.jobs.find({"recipients": recipient}))
    own.start("gateway")
    if changing:
        assert [d["state"] for d in stored] == ["cancelled" if point == "gw_after_change" else "pending"]
        answer = client.post(f"/{job_id}/cancel")
        assert answer.status_code == (409 if point == "gw_after_change" else 200)
        assert client.job(job_id)["status"] == "cancelled"
        own.wait_outboxes_empty()
        return
    assert len(stored) == (1 if point == "gw_after_insert" else 0)
    answer = post_until_answered(client, body, key)
    assert ("Idempotent-Replayed" in answer.headers) == (point == "gw_after_insert")
    own.start("executor", wait=False)
    own.start("notifier", wait=False)
    client.wait_mailed(answer.json()["data"]["id"], seconds=60)
    assert own.db.jobs.count_documents({"recipients": recipient}) == 1
    own.wait_outboxes_empty()
    assert len(mails.received(recipient)) == 1


# The notifier


def delivery_of(stack, job_id):
    return stack.db.deliveries.find_one({"jobId": job_id})


# What the sink holds at the end, and whether the recipient's message may have come twice.
NOTIFIER = {"ntf_before_mark": (1, False), "ntf_before_final_dot": (1, True), "ntf_after_final_dot": (2, True)}


def test_every_point_of_the_notifier_is_known():
    """Those of webhooks are gone through in test_webhooks.py."""
    assert {name for name in crash_points("notifier") if "webhook" not in name} == set(NOTIFIER)


@pytest.mark.parametrize("point", NOTIFIER)
def test_the_notifier_dies_around_the_dot(own, none_left, mails, point):
    client, recipient = own.api(), address(own)
    count, doubtful = NOTIFIER[point]
    own.start("executor", wait=False)
    fatal = own.start("notifier", JW_CRASH_AT=f"{point}:1", JW_SENDERS="1")
    job_id = client.create(weekly([recipient], f"Mailed at {point}"))
    fatal.wait_crash(60)
    assert len(mails.received(recipient)) == count - 1
    assert delivery_of(own, job_id)["dataSent"] is doubtful
    own.start("notifier", wait=False)
    job = client.wait_mailed(job_id, seconds=60)
    mailed = job["delivery"]["recipients"][0]
    assert mailed["status"] == "Sent" and mailed.get("maybeDuplicate", False) is doubtful
    received = mails.received(recipient)
    assert len(received) == count
    assert len({m.message_id for m in received}) == len({m.raw for m in received}) == 1, "the same message to the byte"
    assert received[0].attachment_sha256 == job["result"]["sha256"]


def test_the_connection_dies_right_after_the_dot(own, none_left, mails):
    """Nobody knows: sent once more with the same Message-ID, flagged."""
    client, recipient = own.api(), address(own)
    mails.plan(recipient, "drop-after-dot")
    own.start("executor", wait=False)
    own.start("notifier", wait=False)
    job_id = client.create(weekly([recipient]))
    mailed = client.wait_mailed(job_id, seconds=60)["delivery"]["recipients"][0]
    assert mailed["status"] == "Sent" and mailed["maybeDuplicate"] is True
    received = mails.received(recipient)
    assert [m.replied for m in received] == [False, True]
    assert received[0].raw == received[1].raw and received[0].message_id == received[1].message_id


def test_in_doubt_twice_is_given_up(own, none_left, mails):
    client, recipient = own.api(), address(own)
    mails.plan(recipient, "drop-after-dot", "drop-after-dot")
    own.start("executor", wait=False)
    own.start("notifier", wait=False)
    job_id = client.create(weekly([recipient]))
    mailed = client.wait_mailed(job_id, seconds=60)["delivery"]["recipients"][0]
    assert mailed["status"] == "Failed" and "in doubt" in mailed["errorMessage"] and mailed["maybeDuplicate"] is True
    assert len(mails.received(recipient)) == 2
    assert client.job(job_id)["status"] == "completed"


@pytest.mark.parametrize("by_job", [True, False], ids=["job", "notifier"])
def test_in_doubt_and_at_most_once(own, none_left, mails, by_job):
    """The connection dies after the dot: the sink has it once, whatever happens, and the delivery says that nobody knows."""
    client, recipient = own.api(), address(own)
    mails.plan(recipient, "drop-after-dot")
    own.start("executor", wait=False)
    own.start("notifier", wait=False, **({} if by_job else {"JW_IN_DOUBT": "at_most_once"}))
    body = weekly([recipient])
    if by_job:
        body["delivery"]["inDoubt"] = "at_most_once"
    job = client.wait_mailed(client.create(body), seconds=60)
    mailed = job["delivery"]["recipients"][0]
    assert mailed["status"] == "Failed" and "in doubt" in mailed["errorMessage"] and "maybeDuplicate" not in mailed
    assert job["delivery"].get("inDoubt") == ("at_most_once" if by_job else None)
    assert len(mails.received(recipient)) == 1


@pytest.mark.parametrize("point", ["ntf_before_final_dot", "ntf_after_final_dot"])
def test_the_notifier_dies_behind_its_mark_at_most_once(own, none_left, mails, point):
    client, recipient = own.api(), address(own)
    own.start("executor", wait=False)
    fatal = own.start("notifier", JW_CRASH_AT=f"{point}:1", JW_SENDERS="1")
    body = weekly([recipient], f"Once at {point}")
    body["delivery"]["inDoubt"] = "at_most_once"
    job_id = client.create(body)
    fatal.wait_crash(60)
    own.start("notifier", wait=False)
    mailed = client.wait_mailed(job_id, seconds=60)["delivery"]["recipients"][0]
    assert mailed["status"] == "Failed" and "in doubt" in mailed["errorMessage"]
    assert len(mails.received(recipient)) == (1 if point == "ntf_after_final_dot" else 0)


def test_what_the_mail_server_refuses(own, none_left, mails):
    """A recipient refused is bounced, a message refused has failed; the others get theirs."""
    client = own.api()
    good, unknown, refused = address(own, "good"), address(own, "unknown"), address(own, "refused")
    mails.plan(unknown, ("reply", "rcpt", "550 5.1.1 no such user"))
    mails.plan(refused, ("reply", "dot", "554 5.7.1 looks like spam"))
    own.start("executor", wait=False)
    own.start("notifier", wait=False)
    job = client.wait_mailed(client.create(weekly([good, unknown, refused])), seconds=60)
    delivery = job["delivery"]
    assert (delivery["total"], delivery["sent"], delivery["bounced"], delivery["failed"]) == (3, 1, 1, 1)
    mailed = {r["email"]: r for r in delivery["recipients"]}
    assert mailed[unknown]["status"] == "Bounced" and "no such user" in mailed[unknown]["errorMessage"]
    assert mailed[refused]["status"] == "Failed" and "looks like spam" in mailed[refused]["errorMessage"]
    assert [len(mails.received(r)) for r in (good, unknown, refused)] == [1, 0, 0]


def test_a_busy_mail_server_is_tried_again(own, none_left, mails):
    client, recipient = own.api(), address(own)
    mails.plan(recipient, ("reply", "rcpt", "451 4.3.0 busy"))
    own.start("executor", wait=False)
    own.start("notifier", wait=False)
    job_id = client.create(weekly([recipient]))
    client.wait(job_id, seconds=60)

    put_off = {"jobId": job_id, "state": "queued", "attempts": 1}
    delivery = until(lambda: own.db.deliveries.find_one(put_off), 30, "the delivery waits for its next try")
    assert "busy" in delivery["reply"] and delivery["notBefore"] > delivery["updatedAt"]
    assert client.job(job_id)["delivery"]["recipients"][0]["status"] == "Queued"
    # The wait is minutes: the test sets it due.
    own.db.deliveries.update_one({"_id": delivery["_id"]}, {"$set": {"notBefore": delivery["createdAt"]}})
    mailed = client.wait_mailed(job_id)["delivery"]["recipients"][0]
    assert mailed["status"] == "Sent" and "maybeDuplicate" not in mailed
    assert len(mails.received(recipient)) == 1


def test_no_mail_server_at_all(own, none_left):
    """The job stays completed, the delivery waits, and the notifier is ready but for that."""
    client = own.api()
    own.start("executor", wait=False)
    notifier = own.start("notifier", JW_SMTP_URL="smtp://127.0.0.1:9")
    job_id = client.create(weekly([address(own)]))
    client.wait(job_id, seconds=60)
    until(lambda: own.db.deliveries.find_one({"jobId": job_id, "state": "queued", "attempts": 1}), 30, "one try")
    until(lambda: notifier.get("/readyz").json()["status"] == "degraded", 20, "degraded")
    assert client.job(job_id)["delivery"]["recipients"][0]["status"] == "Queued"


# The servers


class Load(threading.Thread):
    """A client that posts jobs one after another and notes what was acknowledged."""

    def __init__(self, client, number, recipient=None):
        super().__init__(name=f"load-{number}")
        self.client, self.number, self.recipient = client, number, recipient
        self.acknowledged = {}  # key → job id
        self.failures = 0
        self.wrong = []
        self.going = threading.Event()
        self.going.set()

    def run(self):
        client = type(self.client)(self.client.stack, self.client.token)
        session = requests.Session()
        n = 0
        while self.going.is_set():
            n += 1
            key = f"{self.name}-{n}"
            body = weekly([self.recipient] if self.recipient else (), key, "csv")
            try:
                answer = session.post(
                    f"http://127.0.0.1:{client.stack.gateway_port}{JOBS}", json=body, timeout=10,
                    headers={"Authorization": f"Bearer {client.token}", "Idempotency-Key": key},
                )
            except requests.RequestException:
                self.failures += 1
                continue
            if answer.status_code == 201:
                self.acknowledged[key] = answer.json()["data"]["id"]
            elif answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0:
                self.failures += 1
            elif answer.status_code == 504 and answer.json()["error"]["code"] == "OUTCOME_UNKNOWN" and answer.headers["Location"]:
                self.failures += 1  # killed in the middle of the insert: the answer is 504: nobody knows
            else:
                self.wrong.append(f"{answer.status_code} {answer.text}")


QUICK_STORE = DEADLY | {
    "all": DEADLY["all"] | {"JW_MONGODB_SELECT_TIMEOUT": "1s", "JW_MONGODB_SOCKET_TIMEOUT": "5s"},
}


def test_the_database_is_killed_under_load(calls_csv):
    """kill -9 of the MongoDB server while jobs are posted and done: what was answered with 201 is done."""
    with OwnServer("mongodb", "own-mongodb") as mongodb:
        with Stack("mongodb_killed", mongodb_uri=mongodb.mongodb_uri, env=QUICK_STORE) as stack:
            stack.import_csv(calls_csv)
            stack.start_all(("gateway", "scheduler", "executor"))
            client = stack.api()
            loads = [Load(client, n) for n in range(3)]
            for load in loads:
                load.start()

            def acknowledged():
                return sum(len(load.acknowledged) for load in loads)

            try:
                for _ in range(2):
                    before = acknowledged()
                    until(lambda b=before: acknowledged() >= b + 15, 30, "some jobs are acknowledged")
                    failed = sum(load.failures for load in loads)
                    mongodb.kill()
                    until(lambda f=failed: sum(load.failures for load in loads) > f, 30, "the clients notice")
                    mongodb.start()
                before = acknowledged()
                until(lambda b=before: acknowledged() > b, 30, "it goes on after the return")
            finally:
                for load in loads:
                    load.going.clear()
                for load in loads:
                    load.join()
            assert not [w for load in loads for w in load.wrong], "only 201, 503 with Retry-After, or 504 with the place to ask"
            assert all(p.alive() for p in stack.processes), "no service ended over it"
            jobs = {job_id for load in loads for job_id in load.acknowledged.values()}
            assert len(jobs) == acknowledged()
            for load in loads:
                for key, job_id in load.acknowledged.items():
                    assert stack.db.jobs.find_one({"_id": job_id})["name"] == key, "nothing acknowledged is lost"
            for job_id in jobs:
                client.wait(job_id, seconds=90)
            digests = {check_job(stack, client, job_id)["result"]["sha256"] for job_id in jobs}
            assert len(digests) == 1
            # The jobs of requests without an answer are whole as well, or not there.
            until(
                lambda: stack.db.jobs.count_documents({"state": {"$ne": "completed"}}) == 0, 60, "all others end too"
            )
            stack.wait_outboxes_empty(30)


def test_the_broker_is_away_while_jobs_are_posted(calls_csv, mails):
    """201 all the same, and executors find the jobs in the store; their events wait until it returns."""
    with OwnServer("kafka", "own-kafka") as kafka:
        with Stack("broker_away", kafka_brokers=kafka.brokers, smtp_url=mails.url) as stack:
            stack.import_csv(calls_csv)
            stack.start_all()
            client = stack.api()
            client.wait(client.create(weekly(name="Before")))
            kafka.stop()
            recipient = address(stack)
            jobs, slowest = [], 0.0
            for n in range(12):
                begin = time.monotonic()
                jobs.append(client.create(weekly([recipient], f"Away {n}", "csv")))
                slowest = max(slowest, time.monotonic() - begin)
            assert slowest < 2, "nobody waits for the broker"
            gateway = stack.running("gateway")[0]
            until(lambda: gateway.get("/readyz").json()["status"] == "degraded", 20, "the gateway reports degraded")
            assert gateway.get("/readyz").status_code == 200
            for job_id in jobs:
                client.wait(job_id, seconds=90)
            assert stack.db.jobs.count_documents({"outbox.0": {"$exists": True}}) >= len(jobs)
            cancelled = client.create(weekly(name="Later", scheduledFor="2099-01-01T00:00:00Z"))
            assert client.post(f"/{cancelled}/cancel").status_code == 200
            kafka.start()
            for job_id in jobs:
                client.wait_mailed(job_id, seconds=90)
            assert client.job(cancelled)["status"] == "cancelled"
            stack.wait_outboxes_empty(30)
            assert len(mails.received(recipient)) == len(jobs)
            assert set(completed_events(stack, jobs).values()) == {1}
            assert stack.db.jobs.count_documents({"state": {"$ne": "completed"}}) == 1


def test_commands_lie_with_an_executor_that_stands_still(own, none_left):
    """It holds all partitions, and will for longer than this test takes: another finds the job in the store."""
    client = own.api()
    holder = own.start("executor", JW_KAFKA_SESSION_TIMEOUT_MS="120000")
    client.wait(client.create(weekly(name="Holds the partitions")))
    holder.freeze()
    other = own.start("executor")
    jobs = [client.create(weekly(name=f"Lies there {n}", format="csv")) for n in range(5)]
    for job_id in jobs:
        client.wait(job_id)
        assert other.records("job_claimed", job_id=job_id)
    holder.thaw()
    client.wait(client.create(weekly(name="Goes on")))
    holder.stop()  # and with it the commands that it read late: their claims are lost
    own.wait_outboxes_empty()
    assert set(completed_events(own, jobs).values()) == {1}


def test_an_executor_that_stands_still_loses_nothing(own, none_left):
    """Stopped in the middle of a report for longer than its own time-out, while nobody took the job: it goes on."""
    client = own.api()
    process = own.start("executor", JW_WORKERS="1", JW_HEARTBEAT_TIMEOUT="600ms", JW_REAP_AFTER="3s")
    own.stop_service("scheduler")  # the only one who could take it
    try:
        job_id = client.create(everything(name="Stands still", format="xlsx"))
        until(lambda: process.records("job_claimed", job_id=job_id), 30, "the job is claimed", pause=0.001)
        process.freeze()
        heartbeat = own.db.jobs.find_one({"_id": job_id})["heartbeat"]
        stays(lambda: own.db.jobs.find_one({"_id": job_id})["heartbeat"] == heartbeat, 2, "nothing moves")
        process.thaw()
        client.wait(job_id)
        assert own.db.jobs.find_one({"_id": job_id})["token"] == 1
    finally:
        own.start("scheduler")


def test_a_time_limit_ends_the_job(own, none_left):
    """The attempt stops when its time is over, whatever it was doing, and is not tried again by itself."""
    client = own.api()
    process = own.start("executor", JW_WORKERS="1")
    job_id = client.create(everything(name="Too long", format="xlsx", timeoutSeconds=1))
    until(lambda: process.records("job_claimed", job_id=job_id), 30, "the job is claimed", pause=0.001)
    process.freeze()
    claimed = own.db.jobs.find_one({"_id": job_id})["startedAt"]
    until(lambda: datetime.utcnow() > claimed + timedelta(seconds=1.5), 10, "its time is over")
    process.thaw()
    job = client.wait(job_id, "failed")
    assert job["error"]["code"] == "TIMEOUT" and "time limit of 1 s" in job["error"]["message"]
    assert job["timeoutSeconds"] == 1
    document = own.db.jobs.find_one({"_id": job_id})
    assert document["attempts"] == 1 and not own.files_of(job_id)
    assert client.post(f"/{job_id}/retry").status_code == 200


def test_temporary_folders_of_the_dead(own, none_left):
    """What a killed executor leaves on the disk goes when the next one of its host starts; that of a living one stays."""
    def folders():
        return set(own.temp.glob("jobwire-executor-*"))

    client = own.api()
    own.start("executor", JW_WORKERS="1", JW_TEMP_FREE_MIN="1000TiB")
    (living,) = folders()
    fatal = own.start("executor", JW_CRASH_AT="exe_before_read:1")
    own.running("executor")[0].freeze()  # so that the other one gets the job
    job_id = client.create(everything(name="Leaves a folder", format="xlsx"))
    fatal.wait_crash(60)
    own.running("executor")[0].thaw()
    (left,) = folders() - {living}
    assert list(left.glob("job-*"))
    client.wait(job_id, seconds=60)
    third = own.start("executor")
    assert not left.exists() and living.exists() and len(folders()) == 2
    assert third.records("temp_swept", folder=str(left))
    first = own.running("executor")[0]
    until(lambda: first.get("/readyz").json()["checks"]["temp"]["status"] == "failed", 20, "too little is left")
    assert first.get("/readyz").status_code == 200 and first.get("/readyz").json()["status"] == "degraded"
    assert "JW_TEMP_FREE_MIN" in first.records("check_failed", check="temp")[0]["cause"]
    assert third.get("/readyz").json()["checks"]["temp"]["status"] == "ok"
    assert "jobwire_temp_swept_total 1\n" in third.get("/metrics").text
    own.stop_service("executor")
    assert not folders()


def test_events_that_nobody_relayed(own, none_left):
    """A command is in the outbox only: its gateway died before it could be published. The scheduler finds it."""
    client = own.api()
    own.stop_service("gateway")
    fatal = own.start("gateway", JW_CRASH_AT="gw_after_insert:1")
    with pytest.raises(requests.RequestException):
        client.post(json=weekly(name="Unpublished"), timeout=10)
    fatal.wait_crash()
    own.start("gateway")
    document = own.db.jobs.find_one({"name": "Unpublished"})
    own.start("executor", wait=False)
    client.wait(document["_id"], seconds=60)
    own.wait_outboxes_empty()


def test_a_job_needs_no_command(own, none_left):
    """The job is pending and no message about it exists: an executor finds it."""
    client = own.api()
    own.start("executor", wait=False)
    job_id = client.create(weekly(name="Without a command", scheduledFor="2099-01-01T00:00:00Z"))
    own.wait_outboxes_empty()
    created = own.db.jobs.find_one({"_id": job_id})["createdAt"]
    pending = {"$set": {"state": "pending", "notBefore": created}, "$unset": {"scheduledFor": 1}}
    own.db.jobs.update_one({"_id": job_id}, pending)
    client.wait(job_id, seconds=60)


def test_a_repeated_event_mails_once(own, none_left, mails):
    client, recipient = own.api(), address(own)
    own.start("executor", wait=False)
    own.start("notifier", wait=False)
    job_id = client.create(weekly([recipient]))
    client.wait_mailed(job_id, seconds=60)
    for _ in range(2):
        own.publish("job.events", json.dumps({"jobId": job_id}), key=job_id, headers=event_headers("job.completed"))
    after = client.create(weekly([address(own)]))
    client.wait_mailed(after, seconds=60)
    stays(lambda: len(mails.received(recipient)) == 1, 0.5, "one event, one mail")
