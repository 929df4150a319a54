"""rig.py: what the measures share: the processes of a run, its records, its jobs."""
import datetime
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

from confluent_kafka import Producer
from pymongo import ASCENDING, MongoClient

TOP = pathlib.Path(__file__).resolve().parents[2]
EPOCH = datetime.datetime(2022, 1, 3)
STEP_S = 30  # between two records


class Rig:
    """Processes of one database and topic prefix."""

    def __init__(self, bin_dir, name):
        self.bin, self.name = pathlib.Path(bin_dir), name
        self.processes = {}
        self.temp = tempfile.TemporaryDirectory(prefix="jobwire-bench-")
        self.base = {
            "PATH": os.environ["PATH"],
            "JW_MONGODB_URI": os.environ["JW_MONGODB_URI"],
            "JW_MONGODB_DATABASE": f"jobwire_bench_{name}",
            "JW_KAFKA_BROKERS": os.environ["JW_KAFKA_BROKERS"],
            "JW_BUS_TOPIC_PREFIX": f"bench.{name}.",
            "JW_LOG_LEVEL": "warn",
            "MONGOC_DISABLE_SHM": "1",
        }
        self.client = MongoClient(self.base["JW_MONGODB_URI"])
        self.client.drop_database(self.base["JW_MONGODB_DATABASE"])
        self.db = self.client[self.base["JW_MONGODB_DATABASE"]]
        self.run("jobctl", "topics", JW_SCHEMAS_DIR=str(TOP / "schemas"))

    def run(self, program, *args, **env):
        """Its standard output; its standard error is for a failure only, so that none of it gets into the table."""
        done = subprocess.run([self.bin / program, *args], env=self.base | env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {program} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, service, port, name=None, ask=None, **env):
        """name: of this process, where there are several of the service. ask: the port of /readyz, when it is another."""
        log = open(pathlib.Path(self.temp.name) / f"{name or service}.log", "w")
        env = self.base | {"JW_HTTP_PORT": str(port)} | env
        process = subprocess.Popen([self.bin / f"jobwire-{service}"], env=env, stderr=log, stdout=log)
        self.processes[name or service] = process
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{ask or port}/readyz", timeout=1) as answer:
                    ready = answer.read()
                    if b'"degraded"' not in ready:
                        return process
            except OSError as error:
                ready = str(error)
            time.sleep(0.05)
        sys.exit(f"bench: the {service} did not get ready: {ready}\n{pathlib.Path(log.name).read_text()[-2000:]}")

    def stop(self, *services):
        for service in services or list(self.processes):
            process = self.processes.pop(service)
            process.terminate()
            process.wait(60)

    def close(self):
        self.stop()
        self.client.drop_database(self.base["JW_MONGODB_DATABASE"])
        self.temp.cleanup()


def peer(*args):
    """What a program of peers/ printed: a line of figures, and maybe more."""
    kind, script = ("python", args[0]) if args[0].endswith(".py") else ("node", args[0])
    start = [sys.executable] if script.startswith("duckdb") else [str(TOP / "dev/peers"), kind]
    done = subprocess.run([*start, str(TOP / "tests/bench/peers" / script), *args[1:]], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {script} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def gateway_env():
    keys = pathlib.Path(os.environ["JW_JWT_SIGN_KEY_FILE"]).parent
    return {
        "JW_REPORTS_DIR": str(TOP / "schemas/reports"), "JW_JWT_KEYS_FILE": str(keys / "keys.json"),
        "JW_JWT_ISSUER": os.environ["JW_JWT_ISSUER"], "JW_JWT_AUDIENCE": os.environ["JW_JWT_AUDIENCE"],
        "JW_LINK_KEYS_FILE": str(keys / "link-keys"), "JW_PENDING_MAX": "10000000",
    }


def token(rig, subject="bench"):
    names = ("JW_JWT_SIGN_KEY_FILE", "JW_JWT_SIGN_KID", "JW_JWT_ISSUER", "JW_JWT_AUDIENCE")
    return rig.run("jobctl", "token", "--role", "admin", "--subject", subject, **{n: os.environ[n] for n in names}).strip()


def body(rows, output, name="Bench", **parameters):
    """output: a format, or all of the request's output."""
    end = EPOCH + datetime.timedelta(seconds=rows * STEP_S - 1)
    period = {"startDate": EPOCH.isoformat() + "Z", "endDate": end.isoformat() + "Z"}
    return {
        "reportType": "call-records", "name": name, "output": {"format": output} if isinstance(output, str) else output,
        "parameters": {"dateRange": period} | parameters,
    }


def command(asked):
    """The Kafka command that asks for the same job as a body of the API."""
    spec = {name: asked[name] for name in ("reportType", "parameters", "output")}
    return {"jobType": "report", "name": asked["name"], "spec": spec}


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def fill(rig, rows):
    records = rig.db.call_records
    records.create_index([("startedAt", ASCENDING), ("_id", ASCENDING)])
    agents = ["Diane", "Becky", "Stewart", "Greg", "Dan", "Joe", "Martha", "Jim"]
    topics = ["Streaming", "Technical Support", "Payment related", "Contract related"]
    for begin in range(0, rows, 5000):
        records.insert_many([{
            "_id": f"C{i:08}", "callId": f"C{i:08}", "startedAt": EPOCH + datetime.timedelta(seconds=i * STEP_S),
            "agent": agents[i % 8], "department": "support", "topic": topics[i % 4],
            "status": "missed" if i % 5 == 0 else "answered", "waitSeconds": i % 120, "talkSeconds": i % 400,
            "resolved": i % 3 != 0, "satisfaction": i % 6,
        } for i in range(begin, min(begin + 5000, rows))], ordered=False)


def peak_kib(process):
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def resident_mib(process):
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def submit(rig, producer, rows, output, **parameters):
    job_id = str(uuid.uuid4())
    producer.produce(f"{rig.base['JW_BUS_TOPIC_PREFIX']}job.commands.normal", key=job_id,
                     value=json.dumps(command(body(rows, output, **parameters)) | {"jobId": job_id}),
                     headers=[("ce_specversion", "1.0"), ("ce_id", job_id), ("ce_source", "/bench"),
                              ("ce_type", "jobwire.job.submit.v1")])
    return job_id


def one_report(rig, rows, output, **parameters):
    producer = Producer({"bootstrap.servers": rig.base["JW_KAFKA_BROKERS"]})
    job_id = submit(rig, producer, rows, output, **parameters)
    producer.flush()
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        job = rig.db.jobs.find_one({"_id": job_id})
        if job and job["state"] in ("completed", "failed"):
            if job["state"] == "failed":
                sys.exit(f"bench: a report of {rows} rows failed: {job['error']}")
            return job["artifact"]
        time.sleep(0.1)
    sys.exit(f"bench: a report of {rows} rows did not end")


def beside(rig, port, path, bearer, kind, count, health, seconds):
    """The clients' figures beside a crowd of one kind, and what became of the crowd and of the probes."""
    done = subprocess.run([rig.bin / "bench_crowd", str(port), path, bearer, kind, str(count), "4", str(seconds), str(health)],
                          capture_output=True, text=True)
    lines = done.stdout.splitlines()
    if len(lines) != 2:
        sys.exit(f"bench: bench_crowd ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(lines[0]) | json.loads(lines[1])
