"""bench.py: measures Jobwire beside the limit of each thing, in one run, and prints a Markdown table.

Called by dev/bench, which has started the servers. Every figure of ours stands beside a figure taken in the
same run on the same server: what the store alone inserts, what others write of the same rows. Nothing is asserted.
A measure is a module of measures/ with a function of its name, which gives rows of the table.
"""
import argparse
import datetime
import importlib
import os
import platform

MEASURES = ("accepted", "completed", "waiting", "crowds", "downloads", "formats", "groups", "lifetime", "failover",
            "schedules")


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(open("/proc/meminfo").readline().split()[1]) // 1048576
    return f"{os.cpu_count()} cores ({model}), {memory} GiB, {platform.system()} {platform.release()}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rows", default="10000 100000 1000000")
    parser.add_argument("--waiting", type=int, default=2000)
    parser.add_argument("--schedules", default="10000 100000 1000000")
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--only", choices=MEASURES, nargs="+", default=MEASURES)
    options = parser.parse_args()
    print(f"Machine: {machine()}; load before: {os.getloadavg()[0]:.1f}; {datetime.date.today()}\n", flush=True)
    print("| what | Jobwire | beside it, in the same run | ratio |\n| --- | --- | --- | --- |", flush=True)
    for measure in MEASURES:
        if measure in options.only:
            for line in getattr(importlib.import_module(f"measures.{measure}"), measure)(options):
                print(line, flush=True)


if __name__ == "__main__":
    main()
