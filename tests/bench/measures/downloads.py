"""measures/downloads.py: large downloads beside other calls."""
import concurrent.futures
import os
import socket
import threading
import time
import uuid

import gridfs

from rig import beside, fill, free_ports, gateway_env, one_report, peak_kib, Rig, token, TOP


def download(port, path, bearer, stop):
    """Reads the file again and again; the bytes read."""
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
