"""rows.py: the call list of bench_rows.h, for the peers in Python."""
import json
import time

AGENTS = ("Diane", "Becky", "Stewart", "Greg", "Dan", "Joe", "Martha", "Jim")
TOPICS = ("Streaming", "Technical Support", "Payment related", "Contract related")
LABELS = ("Call", "Started at", "Agent", "Department", "Topic", "Status", "Wait (s)", "Talk (s)", "Resolved", "Satisfaction")
EPOCH_S = 1641168000
STEP_S = 30


def row(i):
    """id, seconds since 1970, agent, department, topic, status, wait, talk, resolved, satisfaction"""
    return (f"C{i:08}", EPOCH_S + i * STEP_S, AGENTS[i % 8], "support", TOPICS[i % 4], "missed" if i % 5 == 0 else "answered",
            i % 120, i % 400, i % 3 != 0, i % 6)


def say(rows, seconds):
    """Prints what bench_rows_print() prints."""
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    print(json.dumps({"rows": rows, "seconds": seconds, "per_s": rows / seconds, "peak_kib": int(peak)}))


def since(begin):
    return time.monotonic() - begin
