"""measures/completed.py: small jobs from POST to completed."""
import concurrent.futures
import json
import time
import urllib.request

from rig import body, fill, free_ports, gateway_env, Rig, token, TOP


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
