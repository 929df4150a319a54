"""measures/cron_next.py: the next due time of a cron expression, beside croner and cron-parser."""
import json
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[3]
EXPRESSIONS = (("*/5 * * * *", "UTC"), ("30 2 * * *", "Europe/Berlin"), ("0 9 * * MON-FRI", "America/New_York"),
               ("0 0 29 2 *", "Asia/Kolkata"))


def ask(*command):
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def cron_next(options):
    """One after the other on one thread, from 2026 on; ours more often, as it takes less. All must end at a time that is due."""
    lines = []
    for expression, zone in EXPRESSIONS:
        ours = ask(f"{options.bin}/bench_cron", "200000", expression, zone)
        peers = {peer: ask(TOP / "dev/cron-peers", "node", TOP / "tests/bench/bench_cron.js", peer, "2000", expression, zone)
                 for peer in ("croner", "cron-parser")}
        check = ask(f"{options.bin}/bench_cron", "2000", expression, zone)
        assert {peer["last"] for peer in peers.values()} == {check["last"]}, f"{expression} {zone}: {check} {peers}"
        beside = ", ".join(f"{peer}: {found['us']:,.1f}" for peer, found in peers.items())
        lines.append(f"| next time of `{expression}` in {zone}: µs | {ours['us']:.2f} | {beside} | "
                     f"{min(found['us'] for found in peers.values()) / ours['us']:,.0f} |")
    return lines
