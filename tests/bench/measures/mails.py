"""measures/mails.py: messages a second to Postfix's smtp-sink, beside nodemailer (pooled) and Postfix's own smtp-source."""
import json
import os
import socket
import subprocess
import sys
import time
import uuid

from confluent_kafka import Producer
from rig import body, command, fill, free_ports, peak_kib, peer, Rig, TOP

CONNECTIONS = 4
BYTES = 20_000  # of the file: a small workbook
COUNTS = (1, 100, 10_000)
A_JOB = 100  # recipients


def tool(name):
    """A program of Postfix with its environment, for subprocess."""
    folder = subprocess.run([TOP / "dev/peers", "postfix"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}/usr/sbin/{name}", os.environ | {"LD_LIBRARY_PATH": f"{folder}/usr/lib/postfix"}


class Sink:
    """smtp-sink of Postfix, which throws away what it gets; Postfix itself is not started."""

    def __init__(self):
        [self.port] = free_ports(1)
        self.server = f"127.0.0.1:{self.port}"
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        program, env = tool("smtp-sink")
        self.process = subprocess.Popen([program, *user, self.server, "1000"], env=env, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("bench: smtp-sink did not start")

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def source(server, count):
    """smtp-source composes nothing: the limit of the server, from one process on as many connections."""
    size = BYTES * 4 // 3 + 1000
    program, env = tool("smtp-source")
    args = [program, "-s", str(min(CONNECTIONS, count)), "-m", str(count), "-l", str(size), "-d",
            "-f", "reports@example.com", "-t", "reader@example.com", server]
    begin = time.monotonic()
    done = subprocess.run(args, env=env, capture_output=True, text=True)
    took = time.monotonic() - begin
    if done.returncode != 0:
        sys.exit(f"bench: smtp-source ended with {done.returncode}: {done.stderr[-500:]}")
    return {"per_s": count / took, "peak_kib": 0}


def best(count, measure):
    """A few mails are soon disturbed: the best of five, on all sides."""
    return max((measure() for _ in range(5 if count <= 100 else 1)), key=lambda figures: figures["per_s"])


def alone(rig, sink, count):
    """The adapter and the peers, each with a connection to begin with."""
    args = (str(count), str(CONNECTIONS), str(BYTES))
    ours = best(count, lambda: json.loads(rig.run("bench_mail", f"smtp://{sink.server}", *args)))
    others = {
        "nodemailer (node), pooled": best(count, lambda: json.loads(peer("send_nodemailer.js", sink.server, *args))),
        "smtp-source (Postfix), which composes nothing": best(count, lambda: source(sink.server, count)),
    }
    for name, other in others.items():
        memory = f" ({other['peak_kib'] / 1024:.0f} MiB)" if other["peak_kib"] else ""
        yield (f"| {count:,} mail{'s' * (count > 1)} of {BYTES // 1000} kB to a server on {CONNECTIONS} connections: messages "
               f"per second (peak memory) | {ours['per_s']:,.0f} ({ours['peak_kib'] / 1024:.0f} MiB) | "
               f"{name}: {other['per_s']:,.0f}{memory} | {ours['per_s'] / other['per_s']:.2f} |")


def delivered(rig, sink, count):
    """A notifier that begins when the jobs are done: every claim, mark and outcome is durable in the store. Messages per second
    and its peak memory."""
    producer = Producer({"bootstrap.servers": rig.base["JW_KAFKA_BROKERS"]})
    for name in ("jobs", "deliveries"):
        rig.db[name].delete_many({})
    jobs = -(-count // A_JOB)
    for number in range(jobs):
        job_id = str(uuid.uuid4())
        people = [f"reader-{number}-{n}@example.com" for n in range(min(A_JOB, count - number * A_JOB))]
        asked = command(body(100, "csv")) | {"jobId": job_id, "delivery": {"recipients": people}}
        producer.produce(f"{rig.base['JW_BUS_TOPIC_PREFIX']}job.commands.normal", key=job_id, value=json.dumps(asked), headers=[
            ("ce_specversion", "1.0"), ("ce_id", job_id), ("ce_source", "/bench"), ("ce_type", "jobwire.job.submit.v1")])
    producer.flush()
    wait(lambda: rig.db.jobs.count_documents({"state": "completed"}) == jobs, "the reports", 600)
    [port] = free_ports(1)
    begin = time.monotonic()
    notifier = rig.start("notifier", port, JW_SMTP_URL=f"smtp://{sink.server}", JW_MAIL_FROM="Jobwire <reports@example.com>",
                         JW_PUBLIC_URL="http://127.0.0.1", JW_LINK_KEYS="bench:" + "x" * 32, JW_SMTP_CONNECTIONS=str(CONNECTIONS),
                         JW_SENDERS=str(CONNECTIONS))
    wait(lambda: rig.db.deliveries.count_documents({"state": "sent"}) >= count, "the mails", 1200)
    took = time.monotonic() - begin
    peak = peak_kib(notifier)
    rig.stop("notifier")
    return count / took, peak


def wait(done, what, seconds):
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"bench: {what} did not come")
        time.sleep(0.02)


def mails(options):
    """Each mail composed for its recipient, to the same server; and all of it with the notifier and its store."""
    rig = Rig(options.bin, "mails")
    sink = Sink()
    lines = [line for count in COUNTS for line in alone(rig, sink, count)]
    fill(rig, 1000)
    [port] = free_ports(1)
    rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"))
    per_s, peak = zip(*(delivered(rig, sink, count) for count in COUNTS[1:]))
    for count, speed, memory in zip(COUNTS[1:], per_s, peak):
        lines.append(f"| {count:,} recipients, {A_JOB} a job, by a notifier from its start, each step durable: "
                     f"messages per second (peak memory) | {speed:,.0f} ({memory / 1024:.0f} MiB) | – | – |")
    rig.close()
    sink.close()
    return lines
