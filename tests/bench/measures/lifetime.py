"""measures/lifetime.py: the memory of an executor over many reports."""
import sys
import time

from confluent_kafka import Producer

from rig import fill, free_ports, resident_mib, Rig, submit, TOP


def lifetime(options):
    """The memory of one executor over many workbooks of mixed sizes."""
    rig = Rig(options.bin, "lifetime")
    sizes = [200, 3_000, 60_000, 1_000, 10_000]
    fill(rig, max(sizes))
    (port,) = free_ports(1)
    process = rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"))
    producer = Producer({"bootstrap.servers": rig.base["JW_KAFKA_BROKERS"]})
    count, seen = 0, []
    marks = (20, max(20, options.reports // 10), max(20, options.reports))
    for mark in marks:
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
    return [f"| executor's memory after {' / '.join(f'{mark:,}' for mark in marks)} XLSX of 200 to 60,000 rows | "
            f"{' / '.join(f'{mib:.0f}' for mib in seen)} MiB | goal: flat | {seen[-1] / seen[0]:.2f} |"]
