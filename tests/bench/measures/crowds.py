"""measures/crowds.py: clients beside those that only hold connections."""
import subprocess

from rig import beside, free_ports, gateway_env, peak_kib, Rig, token


def against(rig, what, port, path, bearer, kinds, health, seconds):
    """A row a crowd: new and kept connections beside it and, before and after, without."""
    lines = []
    before = beside(rig, port, path, bearer, "idle", 0, health, seconds / 2)
    for kind, count, name in kinds:
        crowded = beside(rig, port, path, bearer, kind, count, health, seconds)
        after = beside(rig, port, path, bearer, "idle", 0, health, seconds / 2)
        alone = (before["p99_ms"] + after["p99_ms"]) / 2
        failed = f"{crowded['errors']} of {crowded['count'] + crowded['errors']:,} failed"
        probes = f", /livez failed {crowded['failed_probes']} of {crowded['probes']}" if health else ""
        lines.append(f"| {what} beside {count:,} {name} ({crowded['crowd']:,} there at the end): p50 / p99 | "
                     f"{crowded['p50_ms']:.2f} / {crowded['p99_ms']:.2f} ms, {failed}{probes} | without: "
                     f"{after['p50_ms']:.2f} / {alone:.2f} ms | {crowded['p99_ms'] / alone:.2f} |")
        before = after
    return lines


def crowds(options):
    """Clients on new and kept connections beside those that only hold connections."""
    rig = Rig(options.bin, "crowds")
    port, health = free_ports(2)
    gateway = rig.start("gateway", port, ask=health, JW_HEALTH_PORT=str(health), **gateway_env())
    bearer = token(rig)
    lines = against(rig, "GET of report types", port, "/api/v2/reports/types", bearer,
                    (("heads", 1000, "slow heads"), ("bodies", 1000, "slow bodies"), ("idle", 5000, "idle connections")),
                    health, options.seconds)
    lines.append(f"| gateway's peak memory after these | {peak_kib(gateway) / 1024:.0f} MiB | – | – |")
    rig.stop("gateway")
    server = subprocess.Popen([rig.bin / "bench_streams", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline())
    lines += against(rig, "a small GET", port, "/hello", "none", (("streams", 5000, "idle streams"),), 0, options.seconds)
    lines.append(f"| that server's peak memory | {peak_kib(server) / 1024:.0f} MiB | – | – |")
    server.stdin.close()
    server.wait(30)
    rig.close()
    return lines
