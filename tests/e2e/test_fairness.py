"""Whose job is next: one caller's thousands hold up nobody, whatever executors there are and however they end."""

import json
from concurrent.futures import ThreadPoolExecutor

from stack import SERVICES, Stack, command, event_headers, weekly
from wait import until

MANY = 2000
# One of each other caller, in each of two executors with two workers, and what a worker begins at the same moment.
A_FEW = 12
# What four workers begin until a command reaches them, on a busy machine too; a plain queue would begin all of MANY.
MEANWHILE = 150


def begun_before(stack, job_id, owner):
    """How many jobs of that owner began between the creation and the start of this one."""
    job = stack.db.jobs.find_one({"_id": job_id})
    between = {"$gt": job["createdAt"], "$lt": job["startedAt"]}
    return stack.db.jobs.count_documents({"requestedBy.id": owner, "startedAt": between})


def waiting(stack, owner):
    return stack.db.jobs.count_documents({"requestedBy.id": owner, "state": "pending"})


def test_thousands_of_one_caller_hold_up_nobody(calls_csv):
    with Stack("fairness", env={"executor": {"JW_REAP_AFTER": "6s"}, "scheduler": {"JW_REAP_AFTER": "6s"}}) as stack:
        stack.import_csv(calls_csv)
        stack.start_all([service for service in SERVICES if service != "executor"])
        many, one, third = (stack.api(subject=subject) for subject in ("u-many", "u-one", "u-third"))
        with ThreadPoolExecutor(8) as pool:
            jobs = list(pool.map(lambda n: many.create(weekly(name=f"Many {n}", format="csv")), range(MANY)))
        assert len(set(jobs)) == MANY and waiting(stack, "u-many") == MANY
        last = many.job(jobs[-1])
        assert MANY - 16 <= last["queuePosition"] <= MANY and "estimatedWaitTime" not in last, last
        stack.start("executor")
        other = stack.start("executor")
        until(lambda: waiting(stack, "u-many") < MANY - 10, 60, "both are at work")

        answer = one.post(json=weekly(name="Single", format="csv")).json()["data"]
        single = answer["id"]
        assert 1 <= answer["queuePosition"] <= A_FEW, answer
        one.wait(single, seconds=60)
        assert waiting(stack, "u-many") > MANY // 4, "the queue is still long"
        assert begun_before(stack, single, "u-many") <= MEANWHILE
        assert "queuePosition" not in one.job(single)
        last = until(lambda: (job := many.job(jobs[-1])).get("estimatedWaitTime") and job, 60, "the figures are there")
        assert last["queuePosition"] > A_FEW and last["estimatedWaitTime"] > 0, last

        # An executor dies and another comes: the order is in neither of them.
        other.kill()
        stack.start("executor")
        after = third.create(weekly(name="After a restart", format="csv"))
        third.wait(after, seconds=60)
        assert waiting(stack, "u-many") > 100
        assert begun_before(stack, after, "u-many") <= MEANWHILE

        # By Kafka the same: a command of another caller is behind all of those in its topic.
        body = {**command(weekly(name="By Kafka", format="csv")), "requestedBy": {"id": "u-bus"}}
        stack.publish("job.commands.normal", json.dumps(body), headers=event_headers("job.submit"))
        found = until(lambda: stack.db.jobs.find_one({"name": "By Kafka", "state": "completed"}), 60, "it is done")
        assert begun_before(stack, found["_id"], "u-many") <= MEANWHILE
        assert waiting(stack, "u-many") > 0, "all of them came before the end of the queue"
        done = stack.db.jobs.count_documents({"requestedBy.id": "u-many", "state": "completed"})
        until(
            lambda: stack.db.jobs.count_documents({"requestedBy.id": "u-many", "state": "completed"}) > done,
            60,
            "nor is the one with many held up",
        )
        assert stack.db.jobs.count_documents({"attempts": {"$gt": 2}}) == 0
