"""Schedules by Kafka: each command has its effect once and is answered once, however often it is read and whoever dies."""

import json
import subprocess
import uuid

import confluent_kafka
import pytest

from stack import TOP, Stack, event_headers
from wait import until

COMMANDS, EVENTS = "schedule.commands", "schedule.events"
API = "/api/v1alpha1/jobs"
CHANGING = ("lookAt", "outbox", "pendingFires", "nextFireAt", "wakeAt", "updatedAt")  # what firing and the relay touch


@pytest.fixture(scope="module")
def own():
    """A gateway and two schedulers."""
    with Stack("schedule_commands") as stack:
        stack.create_topics()
        stack.start("gateway")
        stack.start("scheduler")
        stack.start("scheduler")
        yield stack


@pytest.fixture
def schedulers(own):
    """None while the test begins; two afterwards."""
    own.stop_service("scheduler")
    yield
    own.stop_service("scheduler")
    own.start("scheduler")
    own.start("scheduler")


@pytest.fixture(scope="module")
def api(own):
    return own.keyed(own.api_key())


def name():
    return f"s-{uuid.uuid4().hex[:8]}"


def every(interval, **more):
    return {"trigger": {"type": "interval", "every": interval}} | more | {
        "job": {"name": "Calls", "reportType": "call-records", "parameters": {"period": {"type": "weekly"}},
                "output": {"format": "csv"}}}


def send(stack, verb, schedule, /, event_id=None, **members):
    """A command, as another program writes it; the id of its event."""
    event_id = event_id or f"{verb}-{uuid.uuid4().hex[:8]}"
    body = json.dumps({"id": schedule} | members)
    stack.publish(COMMANDS, body, key=schedule, headers=event_headers(f"schedule.{verb}", "/crm", event_id))
    return event_id


def cause(message):
    return dict(message.headers())["ce_causationid"].decode()


def answers(stack, event_id):
    """All answers to a command, once there is one. An event may be published again, by its own id: it is one answer."""
    found = stack.consume(EVENTS, lambda messages: any(cause(m) == event_id for m in messages))
    told = {dict(m.headers())["ce_id"]: m for m in found if cause(m) == event_id}
    return [json.loads(m.value()) for m in told.values()]


def answer(stack, event_id):
    return answers(stack, event_id)[0]


def do(stack, verb, schedule, /, **members):
    """Sends a command and waits for its answer."""
    return answer(stack, send(stack, verb, schedule, **members))


def document(stack, schedule):
    found = stack.db.schedules.find_one({"_id": schedule})
    return {k: v for k, v in found.items() if k not in CHANGING} if found else None


def test_a_schedule_from_its_creation_to_its_end(own, api):
    schedule = name()
    created = do(own, "create", schedule, schedule=every("1s", description="By the CRM"))
    assert created["outcome"] == "created" and created["version"] == 1 and created["id"] == schedule
    assert created["command"]["source"] == "/crm" and created["command"]["type"] == "jobwire.schedule.create.v1"
    until(lambda: own.db.jobs.count_documents({"scheduleId": schedule}) >= 2, 20, "it fires")
    shown = api.get(f"{API}/{schedule}").json()["data"]["job"]
    assert shown["description"] == "By the CRM" and shown["version"] == 1

    changed = do(own, "change", schedule, version=1, change={"trigger": {"every": "1h"}, "description": None})
    assert changed["outcome"] == "changed" and changed["version"] == 2
    shown = api.get(f"{API}/{schedule}").json()["data"]["job"]
    assert shown["trigger"]["every"] == "1h" and "description" not in shown and shown["version"] == 2
    late = do(own, "change", schedule, version=1, change={"overlap": "skip"})
    assert late["outcome"] == "refused" and late["error"]["code"] == "VERSION_CONFLICT" and late["version"] == 2

    assert do(own, "pause", schedule, note="the data moves")["outcome"] == "changed"
    shown = api.get(f"{API}/{schedule}").json()["data"]["job"]
    assert shown["paused"] and shown["note"] == "the data moves" and shown["next_run_time"] is None
    assert do(own, "pause", schedule, note="the data moves")["outcome"] == "unchanged"
    assert do(own, "resume", schedule)["version"] == 4
    wanted = {"scheduleId": schedule, "kind": {"$in": ["paused", "resumed"]}}
    switches = list(own.db.occurrences.find(wanted).sort("dueAt", 1))
    assert [row["reason"] for row in switches] == ["paused by /crm: the data moves", "resumed by /crm"]

    other = do(own, "create", schedule, schedule=every("2h"))
    assert other["outcome"] == "refused" and other["error"]["code"] == "SCHEDULE_EXISTS"
    same = do(own, "create", schedule, schedule=every("1h"))
    assert same["outcome"] == "unchanged"
    assert do(own, "put", schedule, schedule=every("2h"))["outcome"] == "changed"
    assert do(own, "delete", schedule)["outcome"] == "deleted"
    assert api.get(f"{API}/{schedule}").status_code == 404
    assert do(own, "delete", schedule)["outcome"] == "unchanged"
    assert do(own, "pause", schedule)["error"]["code"] == "SCHEDULE_NOT_FOUND"
    refused = own.consume(COMMANDS + ".dlq", lambda found: sum(m.key() == schedule.encode() for m in found) >= 3)
    reasons = [dict(m.headers())["jw_dlq_reason"].decode() for m in refused if m.key() == schedule.encode()]
    assert [r.split(":")[0] for r in reasons] == [
        f"schedule '{schedule}' has version 2, not 1", f"schedule '{schedule}' exists and is another",
        f"there is no schedule '{schedule}'"]


def test_commands_of_one_schedule_are_done_in_their_order(own):
    """A hundred of them, while two schedulers share the partitions."""
    schedules = [name() for _ in range(5)]
    for schedule in schedules:
        send(own, "create", schedule, schedule=every("1h"))
    for n in range(20):
        for schedule in schedules:
            last = send(own, "change", schedule, change={"description": f"number {n}"})
    answer(own, last)
    for schedule in schedules:
        until(lambda s=schedule: own.db.schedules.find_one({"_id": s})["version"] == 21, 15, "all of its commands are done")
        assert document(own, schedule)["description"] == "number 19"


def kcat(stack, value, *headers):
    """What the pages of schemas/ and the README show, of a schedule with the id of the examples."""
    named = [argument for header in headers for argument in ("-H", header)]
    done = subprocess.run(
        ["kcat", "-P", "-b", stack.kafka_brokers, "-t", stack.prefix + COMMANDS, "-k", "calls-of-crm",
         "-X", "topic.partitioner=murmur2_random", *named],
        input=json.dumps(value) + "\n", capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 0, done.stderr


def test_kcat_sends_the_examples(own):
    """In binary mode, and in structured mode; the same event in both is one."""
    def example(path):
        return json.loads((TOP / "schemas/examples" / path).read_text())

    event = example("cloudevent.v1/valid/schedule-pause.json")
    kcat(own, example("schedule.create.v1/valid/weekly.json"), "ce_specversion=1.0",
         "ce_type=jobwire.schedule.create.v1", "ce_source=/crm", "ce_id=create-46")
    kcat(own, event, "content-type=application/cloudevents+json")
    assert answer(own, event["id"])["version"] == 2 and document(own, "calls-of-crm")["paused"]
    assert do(own, "resume", "calls-of-crm")["version"] == 3
    kcat(own, event["data"], "ce_specversion=1.0", f"ce_type={event['type']}", f"ce_source={event['source']}",
         f"ce_id={event['id']}")
    kcat(own, example("schedule.delete.v1/valid/smallest.json"), "ce_specversion=1.0",
         "ce_type=jobwire.schedule.delete.v1", "ce_source=/crm", "ce_id=delete-46")
    assert answer(own, "delete-46")["outcome"] == "deleted"
    assert [a["outcome"] for a in answers(own, event["id"])] == ["changed"], "it was not paused a second time"


def test_a_frozen_scheduler_does_not_come_back_to_old_commands(own):
    """Another one gets its partitions; when it wakes up what it had read is done already."""
    schedules = [name() for _ in range(6)]
    frozen = own.running("scheduler")[0]
    frozen.freeze()
    sent = [send(own, "create", schedule, schedule=every("1h")) for schedule in schedules]
    sent += [send(own, "pause", schedule, note="the first") for schedule in schedules]
    until(lambda: all((document(own, s) or {}).get("version") == 2 for s in schedules), 40, "the other one does them")
    sent += [send(own, "resume", schedule) for schedule in schedules]
    frozen.thaw()
    for event in sent:
        assert len(answers(own, event)) == 1
    assert all(document(own, s)["version"] == 3 and not document(own, s)["paused"] for s in schedules)


def from_the_beginning(stack):
    """Puts the schedulers' group back to the first message; how many there are. None of them runs."""
    group = {"bootstrap.servers": stack.kafka_brokers, "group.id": f"{stack.prefix}scheduler", "enable.auto.commit": False,
             "log_level": 2}
    consumer = confluent_kafka.Consumer(group)
    topic = stack.prefix + COMMANDS
    try:
        parts = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        ends = [consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, n), timeout=10)[1] for n in parts]
        consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, n, 0) for n in parts], asynchronous=False)
    finally:
        consumer.close()
    return sum(ends)


def test_the_topic_read_from_the_beginning_changes_nothing(own, api, schedulers):
    first = own.start("scheduler")
    kept, gone, back = name(), name(), name()
    for schedule in (kept, gone, back):
        send(own, "pause", schedule)  # refused: it is not there yet
        send(own, "create", schedule, schedule=every("1h"))
        send(own, "pause", schedule, note="for now")
        send(own, "change", schedule, change={"overlap": "skip", "paused": False})
    for schedule in (gone, back):
        last = send(own, "delete", schedule)
        assert answer(own, last)["outcome"] == "deleted"
    assert do(own, "put", kept, schedule=every("3h"))["outcome"] == "changed"
    assert api.request("PUT", f"{API}/{back}", json=every("5h")).status_code == 201  # by somebody else, in the meantime
    own.wait_outboxes_empty()
    first.stop()
    before = {s: document(own, s) for s in (kept, gone, back)}

    commands = from_the_beginning(own)
    again = own.start("scheduler")
    until(lambda: len(again.records("schedule_commanded")) + len(again.records("command_refused")) >= commands, 60,
          "all is read again")
    assert not [r for r in again.records("schedule_commanded") if r["outcome"] != "repeated"]
    assert {s: document(own, s) for s in (kept, gone, back)} == before
    last = do(own, "change", kept, change={"description": "and new ones are taken"})
    assert last["outcome"] == "changed" and last["version"] == before[kept]["version"] + 1
    found = own.consume(EVENTS, lambda found: last["command"]["id"] in map(cause, found))
    told = list({dict(m.headers())["ce_id"]: cause(m) for m in found}.values())
    assert len(told) == len(set(told)), "no command is answered twice"
    for schedule in (kept, gone, back):
        assert api.get(f"{API}/{schedule}").status_code == (404 if schedule == gone else 200)


@pytest.mark.parametrize("point", ["sch_before_command", "sch_after_command"])
def test_a_scheduler_killed_around_a_command_doubles_nothing(own, api, schedulers, point):
    """kill -9 before the effect, or between it and the offset; meanwhile the API deletes what was made."""
    done = point == "sch_after_command"
    schedule = name()
    fatal = own.start("scheduler", JW_CRASH_AT=f"{point}:1")
    made = send(own, "create", schedule, schedule=every("1h"))
    fatal.wait_crash()
    assert (document(own, schedule) is not None) == done
    if done:
        assert api.request("DELETE", f"{API}/{schedule}").status_code == 200
    own.start("scheduler")
    after = do(own, "delete", schedule)
    assert after["outcome"] == ("unchanged" if done else "deleted")
    told = answers(own, made)
    assert [a["outcome"] for a in told] == ["created"], "one effect, one answer"
    assert api.get(f"{API}/{schedule}").status_code == 404


@pytest.mark.parametrize("verb", ["put", "change", "pause", "delete"])
def test_a_scheduler_killed_between_effect_and_offset(own, schedulers, verb):
    """Each other sort of command, and one that came in between by another scheduler."""
    schedule = name()
    first = own.start("scheduler")
    do(own, "create", schedule, schedule=every("1h"))
    first.stop()
    fatal = own.start("scheduler", JW_CRASH_AT="sch_after_command:1")
    members = {"put": {"schedule": every("2h")}, "change": {"change": {"overlap": "skip"}}}.get(verb, {})
    sent = send(own, verb, schedule, **members)
    fatal.wait_crash()
    own.start("scheduler")
    after = do(own, "put", schedule, schedule=every("7h"))
    assert after["version"] == 3, "made, commanded once, replaced"
    assert [a["outcome"] for a in answers(own, sent)] == ["deleted" if verb == "delete" else "changed"]
    assert after["outcome"] == ("created" if verb == "delete" else "changed")


POISON = {
    "no JSON": (b"{", event_headers("schedule.create", "/crm"), "not acceptable JSON"),
    "unknown type": (b"{}", event_headers("schedule.make", "/crm"), "known here: jobwire.schedule.create.v1"),
    "job command": (b"{}", event_headers("job.cancel", "/crm"), "known here: jobwire.schedule.create.v1"),
    "no id": (b"{}", event_headers("schedule.delete", "/crm"), "/id: must be the id of a schedule"),
    "another key": (b'{"id":"other"}', event_headers("schedule.delete", "/crm"), "key must be the schedule's id"),
    "garbage": (bytes(range(1, 251)) * 2000, event_headers("schedule.put", "/crm"), "JSON"),
    "no event id": (b'{"id":"%s"}', [h for h in event_headers("schedule.pause", "/crm") if h[0] != "ce_id"], "ce_id"),
    "controls": (b'{"id":"%s"}', event_headers("schedule.pause\033[31m", "/crm"), "header ce_type must be one line"),
    "no UTF-8": (b'{"id":"%s"}', event_headers("schedule.pause", b"/c\xff"), "header ce_source is not UTF-8: send it as such"),
    "bad cron": (
        json.dumps({"id": "%s", "schedule": every("1h") | {"trigger": {"type": "cron", "cron": "99 * * * *"}}}).encode(),
        event_headers("schedule.create", "/crm"), "/schedule/trigger/cron"),
}


def test_a_poison_message_is_a_dead_letter_and_holds_up_nothing(own):
    schedule = name()
    for value, headers, _ in POISON.values():
        own.publish(COMMANDS, value.replace(b"%s", schedule.encode()), key=schedule, headers=headers)
    assert do(own, "create", schedule, schedule=every("1h"))["outcome"] == "created"
    found = own.consume(
        COMMANDS + ".dlq", lambda messages: sum(m.key() == schedule.encode() for m in messages) >= len(POISON))
    found = [m for m in found if m.key() == schedule.encode()]
    assert len(found) == len(POISON)
    for message, (what, (value, _, reason)) in zip(found, POISON.items(), strict=True):
        notes = {k: v.decode(errors="replace") for k, v in message.headers()}
        assert reason in notes["jw_dlq_reason"], f"{what}: {notes['jw_dlq_reason']}"
        assert notes["jw_dlq_service"] == "scheduler" and notes["jw_dlq_topic"] == own.prefix + COMMANDS
        assert message.value() == value.replace(b"%s", schedule.encode())
    listed = own.jobctl("dlq", "list", COMMANDS, "--limit", 1000).stdout
    assert "schedule.pause [31m" in listed and "\033" not in listed, "it does nothing to the terminal"


def test_a_dead_letter_sent_again_once_its_cause_is_gone(own):
    """As people do it: the schedule that was to be paused is made, then the dead letter is replayed."""
    schedule = name()
    assert do(own, "pause", schedule)["error"]["code"] == "SCHEDULE_NOT_FOUND"
    assert do(own, "create", schedule, schedule=every("1h"))["outcome"] == "created"
    found = own.consume(COMMANDS + ".dlq", lambda messages: any(m.key() == schedule.encode() for m in messages))
    letter = next(m for m in found if m.key() == schedule.encode())
    own.jobctl("dlq", "replay", COMMANDS, "--partition", letter.partition(), "--offset", letter.offset())
    until(lambda: own.db.schedules.find_one({"_id": schedule})["paused"], 15, "it is paused")
    assert document(own, schedule)["version"] == 2
