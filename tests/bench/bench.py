"""bench.py: measures Jobwire beside the limit of each thing, in one run, and prints a Markdown table.

Called by dev/bench, which has started the servers. Every figure of ours stands beside a figure taken in the
same run on the same server: what the store alone inserts, what libxlsxwriter alone writes. Nothing is asserted.
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import platform
import signal
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
LARGE_ROWS = 200_000  # of a report that runs while something happens to its executor


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


def gateway_env():
    keys = pathlib.Path(os.environ["JW_JWT_SIGN_KEY_FILE"]).parent
    return {
        "JW_REPORTS_DIR": str(TOP / "schemas/reports"), "JW_JWT_KEYS_FILE": str(keys / "keys.json"),
        "JW_JWT_ISSUER": os.environ["JW_JWT_ISSUER"], "JW_JWT_AUDIENCE": os.environ["JW_JWT_AUDIENCE"],
        "JW_PENDING_MAX": "10000000",
    }


def token(rig):
    names = ("JW_JWT_SIGN_KEY_FILE", "JW_JWT_SIGN_KID", "JW_JWT_ISSUER", "JW_JWT_AUDIENCE")
    return rig.run("jobctl", "token", "--role", "admin", "--subject", "bench", **{n: os.environ[n] for n in names}).strip()


def body(rows, output, name="Bench"):
    end = EPOCH + datetime.timedelta(seconds=rows * STEP_S - 1)
    return {
        "reportType": "call-records", "name": name, "output": {"format": output},
        "parameters": {"dateRange": {"startDate": EPOCH.isoformat() + "Z", "endDate": end.isoformat() + "Z"}},
    }


def command(asked):
    """The Kafka command that asks for the same job as a body of the API."""
    spec = {name: asked[name] for name in ("reportType", "parameters", "output")}
    return {"jobType": "report", "name": asked["name"], "spec": spec}


def free_ports(count):
    import socket
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


def accepted(options):
    """POST → 201 beside the store's own inserts, alternately, so that both see the same weather."""
    rig = Rig(options.bin, "accept")
    (port,) = free_ports(1)
    rig.start("gateway", port, **gateway_env())
    path = pathlib.Path(rig.temp.name) / "body.json"
    path.write_text(json.dumps(body(1000, "csv")))
    bearer = token(rig)
    ours = []

    def post(threads, seconds):
        return json.loads(rig.run("bench_http", str(port), "/api/v2/reports/jobs", bearer, str(path), str(threads), str(seconds)))

    def insert(collection):
        return json.loads(rig.run("bench_mongo", rig.base["JW_MONGODB_URI"], rig.base["JW_MONGODB_DATABASE"], collection,
                                  str(options.threads), str(options.seconds / 2)))

    post(1, 0.5)
    for index in rig.db.jobs.list_indexes():
        if index["name"] != "_id_":
            rig.db.bench_indexed.create_index(list(index["key"].items()))
    bare, indexed = [], []
    for _ in range(3):
        bare.append(insert("bench_bare"))
        indexed.append(insert("bench_indexed"))
        ours.append(post(options.threads, options.seconds / 2))
    rig.close()

    def best(runs):
        return max(runs, key=lambda r: r["per_s"])

    lines = []
    for name, runs in (("with the jobs' indexes", indexed), ("without any index", bare)):
        limit, mine = best(runs), best(ours)
        lines += [
            f"| POST → 201, per second, {options.threads} connections | {mine['per_s']:,.0f} | the store's own inserts of the "
            f"same document {name}, libmongoc, `j:true`: {limit['per_s']:,.0f} | {mine['per_s'] / limit['per_s']:.2f} |",
            f"| POST → 201, p50 / p99 | {mine['p50_ms']:.1f} / {mine['p99_ms']:.1f} ms | {limit['p50_ms']:.1f} / "
            f"{limit['p99_ms']:.1f} ms | {mine['p99_ms'] / limit['p99_ms']:.2f} |",
        ]
    return lines


def completed(options):
    """Small jobs from POST to completed: 100 records, CSV. The first job of a process, which finds its way to the broker, is no
    measure of the others."""
    rig = Rig(options.bin, "jobs")
    fill(rig, 1000)
    ports = free_ports(3)
    reports = {"JW_REPORTS_DIR": str(TOP / "schemas/reports")}
    rig.start("gateway", ports[0], **gateway_env())
    rig.start("executor", ports[1], **reports)
    rig.start("scheduler", ports[2], **reports)
    bearer = token(rig)
    payload = json.dumps(body(100, "csv")).encode()

    def post(_):
        request = urllib.request.Request(f"http://127.0.0.1:{ports[0]}/api/v2/reports/jobs", payload,
                                         {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]["id"]

    def wait_for(wanted):
        deadline = time.monotonic() + 120
        while rig.db.jobs.count_documents({"state": "completed"}) < wanted and time.monotonic() < deadline:
            time.sleep(0.1)

    def spread(ids):
        times = sorted((j["finishedAt"] - j["createdAt"]).total_seconds() * 1000
                       for j in rig.db.jobs.find({"_id": {"$in": ids}, "state": "completed"}))
        return len(times), times[len(times) // 2], times[int(len(times) * 0.99)]

    post(0)
    wait_for(1)
    alone = []
    for n in range(50):  # one at a time: the latency without a queue
        alone.append(post(n))
        wait_for(n + 2)
    count = 500
    with concurrent.futures.ThreadPoolExecutor(options.threads) as pool:
        ids = list(pool.map(post, range(count)))
    wait_for(51 + count)
    jobs = list(rig.db.jobs.find({"_id": {"$in": ids}, "state": "completed"}))
    took = (max(j["finishedAt"] for j in jobs) - min(j["createdAt"] for j in jobs)).total_seconds()
    one, burst = spread(alone), spread(ids)
    rig.close()
    return [
        f"| small jobs (100 records, CSV), POST → completed, one at a time, p50 / p99 | {one[1]:.0f} / {one[2]:.0f} ms | – | – |",
        f"| small jobs, {count} at once: jobs per second, p50 / p99 | {len(jobs) / took:,.0f}, {burst[1]:,.0f} / "
        f"{burst[2]:,.0f} ms | – | {len(jobs)} of {count} completed |",
    ]


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


def submit(rig, producer, rows, output):
    job_id = str(uuid.uuid4())
    producer.produce(f"{rig.base['JW_BUS_TOPIC_PREFIX']}job.commands.normal", key=job_id,
                     value=json.dumps(command(body(rows, output)) | {"jobId": job_id}),
                     headers=[("ce_specversion", "1.0"), ("ce_id", job_id), ("ce_source", "/bench"),
                              ("ce_type", "jobwire.job.submit.v1")])
    return job_id


def one_report(rig, rows, output):
    producer = Producer({"bootstrap.servers": rig.base["JW_KAFKA_BROKERS"]})
    job_id = submit(rig, producer, rows, output)
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


def reports(options):
    """Rows a second of the workbook beside libxlsxwriter fed from memory, and the executor's peak memory."""
    rig = Rig(options.bin, "rows")
    sizes = [int(n) for n in options.rows.split()]
    fill(rig, max(sizes))
    lines = []
    for rows in sizes:
        for output in ("xlsx", "csv"):
            (port,) = free_ports(1)
            process = rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"), JW_WORKERS="1")
            times = 3 if rows <= 100_000 else 1  # a tenth of a second is soon disturbed: the best of three, on both sides
            ours = max(rows / (one_report(rig, rows, output)["durationMs"] / 1000) for _ in range(times))
            peak = peak_kib(process)
            rig.stop("executor")
            beside, ratio = "–", "–"
            if output == "xlsx":
                path = pathlib.Path(rig.temp.name) / "limit.xlsx"
                limit = max(json.loads(rig.run("bench_xlsx", str(rows), str(path)))["per_s"] for _ in range(times))
                path.unlink()
                beside, ratio = f"libxlsxwriter fed from memory: {limit:,.0f}", f"{ours / limit:.2f}"
            lines.append(f"| {output.upper()} of {rows:,} rows: rows per second | {ours:,.0f} | {beside} | {ratio} |")
            lines.append(f"| executor's peak memory, {output.upper()} of {rows:,} rows | {peak / 1024:.0f} MiB "
                         "| goal: under 64 | – |")
    rig.close()
    return lines


def lifetime(options):
    """The memory of one executor over many workbooks of mixed sizes."""
    rig = Rig(options.bin, "lifetime")
    sizes = [200, 3_000, 60_000, 1_000, 10_000]
    fill(rig, max(sizes))
    (port,) = free_ports(1)
    process = rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"))
    producer = Producer({"bootstrap.servers": rig.base["JW_KAFKA_BROKERS"]})
    count, seen = 0, []
    for mark in (20, 100, 1000):
        for _ in range(mark - count):
            submit(rig, producer, sizes[count % len(sizes)], "xlsx")
            count += 1
        producer.flush()
        deadline = time.monotonic() + 1800
        while rig.db.jobs.count_documents({"state": "completed"}) < mark:
            if time.monotonic() > deadline or rig.db.jobs.find_one({"state": "failed"}):
                sys.exit(f"bench: {mark} reports did not complete")
            time.sleep(0.2)
        seen.append(resident_mib(process))
    rig.close()
    return [f"| executor's memory after 20 / 100 / 1,000 XLSX of 200 to 60,000 rows | "
            f"{' / '.join(f'{mib:.0f}' for mib in seen)} MiB | goal: flat | {seen[-1] / seen[0]:.2f} |"]


def failover(options):
    """kill -9 of one of three executors in the middle of a large report, while a small job is posted every 100 ms: what
    those jobs wait that are posted from then on, and when the report is claimed again. Then the same with an executor that
    only stands still for a while, which must lose nothing."""
    rig = Rig(options.bin, "failover")
    fill(rig, LARGE_ROWS)
    ports = free_ports(5)
    reports = {"JW_REPORTS_DIR": str(TOP / "schemas/reports")}
    rig.start("gateway", ports[0], **gateway_env())
    rig.start("scheduler", ports[1], **reports)
    executors = [rig.start("executor", ports[2 + i], name=f"executor-{i}", **reports) for i in range(3)]
    bearer = token(rig)
    small, large = body(100, "csv", "Small"), body(LARGE_ROWS, "xlsx", "Large")

    def post(asked):
        request = urllib.request.Request(f"http://127.0.0.1:{ports[0]}/api/v2/reports/jobs", json.dumps(asked).encode(),
                                         {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]["id"]

    def owner(job_id):
        return (rig.db.jobs.find_one({"_id": job_id}, {"owner": 1}) or {}).get("owner") or ""

    def claims(job_id):
        return (rig.db.jobs.find_one({"_id": job_id}, {"token": 1}) or {}).get("token", 0)

    def wait_for(what, check, seconds=120):
        deadline = time.monotonic() + seconds
        while not check():
            if time.monotonic() > deadline:
                sys.exit(f"bench: not within {seconds} s: {what}")
            time.sleep(0.05)

    def victim_of(job_id):
        """The executor that runs the job, once it is well under way."""
        wait_for("the large report runs", lambda: rig.db.jobs.find_one({"_id": job_id, "progress.done": {"$gt": 0}}))
        pid = int(owner(job_id).split("/")[1])
        return next(process for process in executors if process.pid == pid)

    def post_for(seconds):
        ids, begin = [], time.monotonic()
        while time.monotonic() < begin + seconds:
            ids.append(post(small))
            time.sleep(max(0, begin + len(ids) * 0.1 - time.monotonic()))
        return ids

    def waited(ids):
        wait_for("all small jobs ended", lambda: rig.db.jobs.count_documents(
            {"_id": {"$in": ids}, "state": {"$nin": ["completed", "failed"]}}) == 0)
        done = list(rig.db.jobs.find({"_id": {"$in": ids}, "state": "completed"}))
        times = sorted((j["finishedAt"] - j["createdAt"]).total_seconds() for j in done)
        return (f"{times[len(times) // 2]:.2f} / {times[int(len(times) * 0.99)]:.2f} / {times[-1]:.2f} s, "
                f"{len(done)} of {len(ids)} completed")

    lines = []
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for stalled in (14, 0):
            running = post(large)
            victim = victim_of(running)
            before = claims(running)
            victim.send_signal(signal.SIGSTOP if stalled else signal.SIGKILL)
            begin = time.monotonic()
            posting = pool.submit(post_for, 60)
            if stalled:
                time.sleep(stalled)
                victim.send_signal(signal.SIGCONT)
                wait_for("the large report ended", lambda: rig.db.jobs.find_one({"_id": running, "state": "completed"}))
                lines.append(f"| one of three executors stands still for {stalled} s: small jobs posted in the next minute, "
                             f"p50 / p99 / longest | {waited(posting.result())} | – | – |")
                lines.append(f"| its own running report | claimed {claims(running) - before} times more | goal: 0 | – |")
                continue
            wait_for("the report of the killed executor is claimed again", lambda: claims(running) > before, 300)
            again = time.monotonic() - begin
            lines.append(f"| one of three executors killed: small jobs posted in the next minute, p50 / p99 / longest | "
                         f"{waited(posting.result())} | goal: p99 at most 10 s | – |")
            lines.append(f"| its running report is claimed again after | {again:.1f} s | goal: at most 25 s | – |")
            victim.wait()
            executors.remove(victim)
            del rig.processes[next(name for name, process in rig.processes.items() if process is victim)]
    rig.close()
    return lines


def beside(rig, port, path, bearer, kind, count, health, seconds):
    """The clients' figures beside a crowd of one kind, and what became of the crowd and of the probes."""
    done = subprocess.run([rig.bin / "bench_crowd", str(port), path, bearer, kind, str(count), "4", str(seconds), str(health)],
                          capture_output=True, text=True)
    lines = done.stdout.splitlines()
    if len(lines) != 2:
        sys.exit(f"bench: bench_crowd ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(lines[0]) | json.loads(lines[1])


def against(rig, what, port, path, bearer, kinds, health, seconds):
    """A row a crowd: new and kept connections beside it and, before and after, without."""
    lines = []
    before = beside(rig, port, path, bearer, "idle", 0, health, seconds / 2)
    for kind, count, name in kinds:
        crowded = beside(rig, port, path, bearer, kind, count, health, seconds)
        after = beside(rig, port, path, bearer, "idle", 0, health, seconds / 2)
        alone = (before["p99_ms"] + after["p99_ms"]) / 2
        failed = f"{crowded['errors']} of {crowded['count'] + crowded['errors']:,} failed"
        probes = f", /livez failed {crowded['failed_probes']} of {crowded['probes']}" if health else ""
        lines.append(f"| {what} beside {count:,} {name} ({crowded['crowd']:,} there at the end): p50 / p99 | "
                     f"{crowded['p50_ms']:.2f} / {crowded['p99_ms']:.2f} ms, {failed}{probes} | without: "
                     f"{after['p50_ms']:.2f} / {alone:.2f} ms | {crowded['p99_ms'] / alone:.2f} |")
        before = after
    return lines


def crowds(options):
    """Clients on new and kept connections beside those that only hold connections."""
    rig = Rig(options.bin, "crowds")
    port, health = free_ports(2)
    gateway = rig.start("gateway", port, ask=health, JW_HEALTH_PORT=str(health), **gateway_env())
    bearer = token(rig)
    lines = against(rig, "GET of report types", port, "/api/v2/reports/types", bearer,
                    (("heads", 1000, "slow heads"), ("bodies", 1000, "slow bodies"), ("idle", 5000, "idle connections")),
                    health, options.seconds)
    lines.append(f"| gateway's peak memory after these | {peak_kib(gateway) / 1024:.0f} MiB | – | – |")
    rig.stop("gateway")
    server = subprocess.Popen([rig.bin / "bench_streams", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline())
    lines += against(rig, "a small GET", port, "/hello", "none", (("streams", 5000, "idle streams"),), 0, options.seconds)
    lines.append(f"| that server's peak memory | {peak_kib(server) / 1024:.0f} MiB | – | – |")
    server.stdin.close()
    server.wait(30)
    rig.close()
    return lines


def download(port, path, bearer, stop):
    """Reads the file again and again; the bytes read."""
    import socket
    got, buffer = 0, bytearray(1 << 18)
    ask = f"GET {path} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {bearer}\r\nConnection: close\r\n\r\n".encode()
    while not stop.is_set():
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(ask)
            while (n := connection.recv_into(buffer)) > 0 and not stop.is_set():
                got += n
    return got


def downloads(options):
    """64 downloads of 200 MB at once beside other calls: what they share, and what is left to the others."""
    import gridfs
    import threading
    rig = Rig(options.bin, "downloads")
    fill(rig, 1000)
    port, other = free_ports(2)
    gateway = rig.start("gateway", port, **gateway_env())
    rig.start("executor", other, JW_REPORTS_DIR=str(TOP / "schemas/reports"))
    bearer = token(rig)
    artifact = one_report(rig, 100, "csv")
    job = rig.db.jobs.find_one({"artifact.fileId": artifact["fileId"]})
    rig.stop("executor")
    big, size = str(uuid.uuid4()), 200_000_000
    gridfs.GridFS(rig.db).put(os.urandom(1_000_000) * (size // 1_000_000), _id=big, filename="big.csv", chunkSize=255 * 1024)
    rig.db.jobs.update_one({"_id": job["_id"]}, {"$set": {"artifact.fileId": big, "artifact.sizeBytes": size}})
    path = f"/api/v2/reports/jobs/{job['_id']}"
    stop = threading.Event()
    before = beside(rig, port, path, bearer, "idle", 0, 0, options.seconds)
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        begin = time.monotonic()
        running = [pool.submit(download, port, f"{path}/download", bearer, stop) for _ in range(64)]
        time.sleep(1)
        during = beside(rig, port, path, bearer, "idle", 0, 0, options.seconds)
        stop.set()
        read = sum(r.result() for r in running)
        took = time.monotonic() - begin
    peak = peak_kib(gateway)
    rig.close()
    return [
        f"| GET of a job beside 64 downloads of 200 MB ({read / took / 1e6:,.0f} MB/s together): p50 / p99 | "
        f"{during['p50_ms']:.2f} / {during['p99_ms']:.2f} ms, {during['errors']} failed | without: {before['p50_ms']:.2f} / "
        f"{before['p99_ms']:.2f} ms | {during['p99_ms'] / before['p99_ms']:.2f} |",
        f"| gateway's peak memory with these downloads | {peak / 1024:.0f} MiB | – | – |",
    ]


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(open("/proc/meminfo").readline().split()[1]) // 1048576
    return f"{os.cpu_count()} cores ({model}), {memory} GiB, {platform.system()} {platform.release()}"


MEASURES = (accepted, completed, crowds, downloads, reports, lifetime, failover)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rows", default="10000 100000 1000000")
    parser.add_argument("--only", choices=[measure.__name__ for measure in MEASURES])
    options = parser.parse_args()
    print(f"Machine: {machine()}; load before: {os.getloadavg()[0]:.1f}; {datetime.date.today()}\n", flush=True)
    print("| what | Jobwire | beside it, in the same run | ratio |\n| --- | --- | --- | --- |", flush=True)
    for measure in MEASURES:
        if options.only in (None, measure.__name__):
            for line in measure(options):
                print(line, flush=True)


if __name__ == "__main__":
    main()
