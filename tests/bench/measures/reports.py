"""measures/reports.py: rows a second and memory of reports."""
import json
import pathlib

from rig import fill, free_ports, one_report, peak_kib, Rig, TOP


def reports(options):
    """Rows a second of the workbook beside libxlsxwriter fed from memory, and the executor's peak memory."""
    rig = Rig(options.bin, "rows")
    sizes = [int(n) for n in options.rows.split()]
    fill(rig, max(sizes))
    lines = []
    for rows in sizes:
        for output in ("xlsx", "csv"):
            (port,) = free_ports(1)
            process = rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"), JW_WORKERS="1")
            times = 3 if rows <= 100_000 else 1  # a tenth of a second is soon disturbed: the best of three, on both sides
            ours = max(rows / (one_report(rig, rows, output)["durationMs"] / 1000) for _ in range(times))
            peak = peak_kib(process)
            rig.stop("executor")
            beside, ratio = "–", "–"
            if output == "xlsx":
                path = pathlib.Path(rig.temp.name) / "limit.xlsx"
                limit = max(json.loads(rig.run("bench_xlsx", str(rows), str(path)))["per_s"] for _ in range(times))
                path.unlink()
                beside, ratio = f"libxlsxwriter fed from memory: {limit:,.0f}", f"{ours / limit:.2f}"
            lines.append(f"| {output.upper()} of {rows:,} rows: rows per second | {ours:,.0f} | {beside} | {ratio} |")
            lines.append(f"| executor's peak memory, {output.upper()} of {rows:,} rows | {peak / 1024:.0f} MiB "
                         "| goal: under 64 | – |")
    rig.close()
    return lines
