"""measures/waiting.py: what a long queue costs the jobs of it."""
import concurrent.futures
import http.client
import json
import sys
import time

from rig import body, fill, free_ports, gateway_env, Rig, TOP, token

SHORT = 100  # jobs of a queue that is short
FIRST = 20  # the first jobs of a process, which find its way to the servers


def post(port, payload, tokens):
    """A job of each, one after the other, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for bearer in tokens:
        connection.request("POST", "/api/v2/reports/jobs", payload,
                           {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 201:
            sys.exit(f"bench: POST answered {answer.status}: {answer.read()[:500]}")
        answer.read()
    connection.close()


def drain(rig, ports, count, bearers, threads):
    """Jobs a second of an executor that finds so many jobs waiting."""
    rig.db.jobs.delete_many({})
    payload = json.dumps(body(100, "csv"))
    asked = [bearers[i % len(bearers)] for i in range(count)]
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda n: post(ports[0], payload, asked[n::threads]), range(threads)))
    waiting = rig.db.jobs.count_documents({"state": "pending"})
    if waiting != count:
        sys.exit(f"bench: {waiting} of {count} jobs wait")
    rig.start("executor", ports[1], JW_REPORTS_DIR=str(TOP / "schemas/reports"))
    deadline = time.monotonic() + 600
    while rig.db.jobs.count_documents({"state": "completed"}) < count:
        if time.monotonic() > deadline or rig.db.jobs.find_one({"state": "failed"}):
            sys.exit(f"bench: not all of {count} waiting jobs completed")
        time.sleep(0.5)
    rig.stop("executor")
    ends = sorted(job["finishedAt"] for job in rig.db.jobs.find({}, {"finishedAt": 1}))[FIRST:]
    return (len(ends) - 1) / (ends[-1] - ends[0]).total_seconds()


def waiting(options):
    """Small jobs (100 records, CSV) that wait for an executor: thousands of one caller and of 200, beside a few."""
    rig = Rig(options.bin, "waiting")
    fill(rig, 1000)
    ports = free_ports(2)
    rig.start("gateway", ports[0], **gateway_env())
    for callers in (1, 200):
        bearers = [token(rig, f"caller-{n:03}") for n in range(callers)]
        short = max(drain(rig, ports, SHORT, bearers, options.threads) for _ in range(3))
        long = drain(rig, ports, options.waiting, bearers, options.threads)
        yield (f"| small jobs, {options.waiting:,} waiting of {callers} caller{'s' if callers > 1 else ''}: jobs per second | "
               f"{long:,.0f} | with {SHORT} waiting: {short:,.0f} | {long / short:.2f} |")
    rig.close()
