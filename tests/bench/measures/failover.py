"""measures/failover.py: an executor that dies or stands still."""
import concurrent.futures
import json
import signal
import sys
import time
import urllib.request

from rig import body, fill, free_ports, gateway_env, Rig, token, TOP

LARGE_ROWS = 200_000  # of a report that runs while something happens to its executor


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
