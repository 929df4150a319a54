"""bench.py: measures Jobwire beside the limit of each thing, in one run, and prints a Markdown table.

Called by dev/bench, which has started the servers. Every figure of ours stands beside a figure taken in the
same run on the same server: what the store alone inserts, what others write of the same rows. Nothing is asserted.
A measure is a module of measures/ with a function of its name, which gives rows of the table.
"""
import argparse
import datetime
import importlib
import os
import pathlib
import platform
import textwrap

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
MEASURES = ("accepted", "completed", "waiting", "crowds", "downloads", "formats", "groups", "lifetime", "failover",
            "cron_next", "schedules", "firings", "mails")


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(open("/proc/meminfo").readline().split()[1]) // 1048576
    return f"{os.cpu_count()} cores ({model}), {memory} GiB, {platform.system()} {platform.release()}"


def measured(options):
    """The lines of the page, each as soon as it is known."""
    load = os.getloadavg()[0]
    yield from textwrap.wrap(f"Machine: {machine()}, all servers and the load on it; load before: {load:.1f}; "
                             f"{datetime.date.today():%-d %B %Y}, `make bench`, {options.seconds:g} s of each load.", 120)
    yield ""
    yield "| what | Jobwire | beside it, in the same run | ratio |"
    yield "| --- | --- | --- | --- |"
    for measure in MEASURES:
        if measure in options.only:
            yield from getattr(importlib.import_module(f"measures.{measure}"), measure)(options)


def write(lines):
    """Puts the page between the marks of README.md."""
    text = README.read_text()
    head, rest = text.split(BEGIN)
    README.write_text(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rows", default="10000 100000 1000000")
    parser.add_argument("--waiting", type=int, default=2000)
    parser.add_argument("--schedules", default="10000 100000 1000000")
    parser.add_argument("--firings", type=int, default=1000)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--only", choices=MEASURES, nargs="+", default=MEASURES)
    parser.add_argument("--write", action="store_true", help="into README.md, too")
    options = parser.parse_args()
    lines = []
    for line in measured(options):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        write(lines)


if __name__ == "__main__":
    main()
