"""measures/groups.py: grouping beside DuckDB on one thread, and what reading the records costs."""
import json
import sys

from rig import fill, free_ports, one_report, peer, Rig, TOP

MEASURES = ("totalCalls", "answeredCalls", "answerRate", "averageCallDuration", "averageWaitTime", "resolvedCalls",
            "averageSatisfaction")
GROUPINGS = (("agent", "hour"), ("day", "topic"))
HALF = 0.051  # of the last decimal of an average, half up there and not rounded here


def printed(text):
    figures, groups = text.split("\n", 1)
    return json.loads(figures), json.loads(groups)


def compare(ours, theirs, names):
    """Speed is nothing without the same figures."""
    def key(group):
        return tuple(f"{value:02}:00" if name == "hour" and isinstance(value, int) else value
                     for name, value in zip(names, group))

    there = {key(group): group[len(names):] for group in theirs}
    here = {key(group): group[len(names):] for group in ours if group[len(names)] > 0}
    if set(here) != set(there):
        sys.exit(f"bench: other groups by {names}: {sorted(set(here) ^ set(there))[:3]}")
    for group, values in here.items():
        if any((a is None) != (b is None) or (a is not None and abs(a - b) > HALF) for a, b in zip(values, there[group])):
            sys.exit(f"bench: {group} is {values} here and {there[group]} there")
    return len(here)


def groups(options):
    """The engine on rows in memory, then a whole job of the same figures, and the reading of its records alone."""
    rig = Rig(options.bin, "groups")
    rows = max(int(n) for n in options.rows.split())
    for names in GROUPINGS:
        ours, our_groups = printed(rig.run("bench_groups", str(rows), ",".join(names), ",".join(MEASURES)))
        theirs, their_groups = printed(peer("duckdb_limit.py", "group", str(rows), ",".join(names)))
        count = compare(our_groups, their_groups, names)
        yield (f"| group {rows:,} rows in memory by {' × '.join(names)} ({count:,} groups, {len(MEASURES)} measures, one "
               f"thread): rows per second | {ours['per_s']:,.0f} | DuckDB, one thread: {theirs['per_s']:,.0f} | "
               f"{ours['per_s'] / theirs['per_s']:.2f} |")
    fill(rig, rows)
    (port,) = free_ports(1)
    rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"), JW_WORKERS="1")
    for names in GROUPINGS:
        scan = json.loads(rig.run("bench_scan", rig.base["JW_MONGODB_URI"], rig.base["JW_MONGODB_DATABASE"], str(rows)))
        took = one_report(rig, rows, {"format": "json", "content": "tables"}, groupBy=list(names),
                          measures=list(MEASURES))["durationMs"] / 1000
        yield (f"| the same as a job, by {' × '.join(names)}: rows per second | {rows / took:,.0f} | reading these records from "
               f"the store, nothing counted: {scan['per_s']:,.0f} | {rows / took / scan['per_s']:.2f} |")
    rig.close()
