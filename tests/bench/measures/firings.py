"""measures/firings.py: what so many due times a second cost, and how late their jobs are, beside BullMQ's job schedulers."""
import json
import pathlib
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from confluent_kafka import Consumer, TopicPartition, OFFSET_END
from measures.schedules import document, used
from rig import fill, free_ports, peer, Rig, TOP

AHEAD = 4  # seconds from the start of the schedulers to the first due time
WARM = 3  # seconds that are not measured
LATE = 30  # seconds that the last may be late
SPREAD_MS = 10000


class Arrivals(threading.Thread):
    """When each command came to one who consumes them."""

    def __init__(self, rig):
        super().__init__(daemon=True)
        self.at, self.over = {}, False
        self.consumer = Consumer({"bootstrap.servers": rig.base["JW_KAFKA_BROKERS"], "group.id": "bench",
                                  "enable.auto.commit": False, "fetch.wait.max.ms": 5})
        topic = f"{rig.base['JW_BUS_TOPIC_PREFIX']}job.commands.normal"
        partitions = self.consumer.list_topics(topic, timeout=10).topics[topic].partitions
        self.consumer.assign([TopicPartition(topic, number, OFFSET_END) for number in partitions])
        self.consumer.poll(1)

    def run(self):
        while not self.over:
            for message in self.consumer.consume(500, timeout=0.05):
                if not message.error():
                    self.at[message.key().decode()] = time.time()

    def end(self):
        self.over = True
        self.join()
        self.consumer.close()


def burst(first, number, count):
    """All of them due at the same moment, each second."""
    return document(f"burst-{number}", first, 0) | {"trigger": "cron", "cron": "* * * * * *", "ruleHash": "burst"}


def spread(first, number, count):
    """Each at its own time, evenly spread."""
    due = first + timedelta(milliseconds=number * SPREAD_MS // count)
    return document(f"spread-{number}", due, SPREAD_MS) | {"anchor": due, "ruleHash": f"spread-{number}"}


def quantile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def fired(rig, make, count, per_second, replicas, seconds):
    """Lateness in ms of the jobs of so many seconds, how many there should be, CPU seconds and MiB of the schedulers."""
    for name in ("schedules", "occurrences", "jobs"):
        rig.db[name].delete_many({})
    ports = free_ports(replicas)
    for number, port in enumerate(ports):
        rig.start("scheduler", port, name=f"scheduler-{number}", JW_REPORTS_DIR=str(TOP / "schemas/reports"))
    arrivals = Arrivals(rig)
    first = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=AHEAD + count // 5000)
    for begin in range(0, count, 1000):
        rig.db.schedules.insert_many([make(first, n, count) for n in range(begin, min(begin + 1000, count))], ordered=False)
    if datetime.now(timezone.utc) > first:
        sys.exit(f"bench: storing {count} schedules took too long")
    arrivals.start()
    since = first + timedelta(seconds=WARM)
    until = since + timedelta(seconds=seconds)
    pids = [process.pid for process in rig.processes.values()]
    time.sleep(max(0, since.timestamp() - time.time()))
    before = sum(used(pid)[0] for pid in pids)
    time.sleep(max(0, until.timestamp() - time.time()))
    after, memory = map(sum, zip(*(used(pid) for pid in pids)))
    expected = int(per_second * seconds)
    in_time = {"dueAt": {"$gte": since, "$lt": until}}
    deadline = time.monotonic() + LATE
    while rig.db.occurrences.count_documents(in_time) < expected and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(1)
    rig.stop()
    arrivals.end()
    rows = list(rig.db.occurrences.find(in_time, {"dueAt": 1, "kind": 1}))
    came = sorted((arrivals.at[row["_id"]] - row["dueAt"].replace(tzinfo=timezone.utc).timestamp()) * 1000
                  for row in rows if row["_id"] in arrivals.at)
    if len(came) < expected / 2:
        sys.exit(f"bench: of {expected} due times {len(rows)} have a row and {len(came)} a command that came")
    return came, expected, after - before, memory / replicas


def bullmq(rig, count, every_ms, seconds, fsync):
    """The same of BullMQ, on a Redis of its own; and that Redis' CPU seconds and MiB."""
    (port,) = free_ports(1)
    folder = pathlib.Path(rig.temp.name) / f"redis-{port}"
    folder.mkdir()
    redis = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "",
                              "--appendonly", "yes", "--appendfsync", fsync], stdout=subprocess.DEVNULL)
    watched, over = {}, threading.Event()

    def watch():
        while not over.wait(0.25):
            watched[time.time()] = used(redis.pid)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        time.sleep(0.5)
        found = json.loads(peer("bullmq.js", str(port), str(count), str(every_ms), str(seconds)))
        inside = [watched[at] for at in sorted(watched) if found["from"] <= at * 1000 <= found["to"]]
        found["redis_s"] = inside[-1][0] - inside[0][0]
        found["redis_mib"] = inside[-1][1]
        return found
    finally:
        over.set()
        watcher.join()
        redis.terminate()
        redis.wait(30)


def lines_of(name, replicas, ours, theirs):
    """Two rows: lateness, and what a firing costs."""
    came, expected, cpu, memory = ours
    safe = theirs["always"]
    p99, each, their_each = quantile(came, 0.99), cpu / len(came) * 1e6, safe["cpu_s"] / max(1, safe["fired"]) * 1e6
    beside = "; ".join(f"appendfsync {fsync}: {found['p50']:,} / {found['p99']:,} ms, {found['fired']:,} fired"
                       for fsync, found in theirs.items())
    schedulers = "" if replicas == 1 else ", two schedulers"
    return [
        f"| {name}{schedulers}: due → a consumer has the job's command, p50 / p99 | "
        f"{quantile(came, 0.5):,.0f} / {p99:,.0f} ms, {len(came):,} of {expected:,} fired | "
        f"BullMQ, due → its worker has the job; {beside} | {p99 / max(1, safe['p99']):.2f} |",
        f"| CPU a firing, {'scheduler' if replicas == 1 else 'both schedulers'} | {each:,.0f} µs, {memory:.0f} MiB"
        f"{'' if replicas == 1 else ' each'} | BullMQ's scheduler and worker (node): {their_each:,.0f} µs, "
        f"{safe['mib']:.0f} MiB; Redis: {safe['redis_s'] / max(1, safe['fired']) * 1e6:,.0f} µs, {safe['redis_mib']:.0f} MiB | "
        f"{each / max(1e-9, their_each):.2f} |",
    ]


def firings(options):
    """So many due times a second: at one moment of each second, and evenly spread."""
    rig = Rig(options.bin, "firings")
    fill(rig, 10)
    rate, seconds = options.firings, max(3, round(options.seconds))
    many = rate * SPREAD_MS // 1000
    for name, make, count, every_ms in (
            (f"{rate:,} schedules due at the same moment, each second", burst, rate, 0),
            (f"{many:,} schedules, every {SPREAD_MS // 1000} s, evenly spread", spread, many, SPREAD_MS)):
        theirs = {fsync: bullmq(rig, count, every_ms, seconds, fsync) for fsync in ("always", "everysec")}
        for replicas in (1, 2):
            yield from lines_of(name, replicas, fired(rig, make, count, rate, replicas, seconds), theirs)
    rig.close()
