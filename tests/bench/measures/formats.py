"""measures/formats.py: rows a second of each format beside others that write the same list, and the executor's memory."""
import json
import pathlib

from rig import fill, free_ports, one_report, peak_kib, peer, Rig, TOP

PDF_ROWS = 20_000  # the most rows of our list,
HTML_ROWS = 5_000  # and what this one shows of it
DUCKDB = "DuckDB COPY, one thread"

# Format → what writes the same from memory, in the order of the table; the first is beside the jobs, too.
PEERS = {
    "xlsx": ("libxlsxwriter", "XlsxWriter (Python)", "exceljs (node)"),
    "csv": (DUCKDB,), "json": (DUCKDB,), "ndjson": (DUCKDB,),
    "html": ("Jinja2 (Python)",),
    "pdf": ("libharu", "pdfkit (node)"),
}


def listed(form, rows):
    return min(rows, {"pdf": PDF_ROWS, "html": HTML_ROWS}.get(form, rows))


def write(rig, name, form, rows):
    """Figures of one that writes the list of so many rows from memory."""
    path = pathlib.Path(rig.temp.name) / f"from-memory.{form}"
    args = (str(rows), str(path))
    printed = {
        "Jobwire": lambda: rig.run("bench_formats", form, *args),
        "libxlsxwriter": lambda: rig.run("bench_xlsx", *args),
        "libharu": lambda: rig.run("bench_pdf", *args),
        "XlsxWriter (Python)": lambda: peer("write_xlsxwriter.py", *args),
        "exceljs (node)": lambda: peer("write_exceljs.js", *args),
        "Jinja2 (Python)": lambda: peer("write_jinja2.py", *args),
        "pdfkit (node)": lambda: peer("write_pdfkit.js", *args),
        DUCKDB: lambda: peer("duckdb_limit.py", "copy", form, *args),
    }[name]()
    path.unlink()
    return json.loads(printed)


def best(rows, measure):
    """A tenth of a second is soon disturbed: the best of three, on both sides."""
    return max((measure() for _ in range(3 if rows <= 100_000 else 1)), key=lambda figures: figures["per_s"])


def from_memory(rig, rows):
    """The writers alone. Ours reads its file back, as in a job."""
    lines = []
    for form, names in PEERS.items():
        n = listed(form, rows)
        ours = best(n, lambda: write(rig, "Jobwire", form, n))
        for name in names:
            other = best(n, lambda: write(rig, name, form, n))
            lines.append(f"| {form.upper()} list of {n:,} rows from memory: rows per second (peak memory) | {ours['per_s']:,.0f} "
                         f"({ours['peak_kib'] / 1024:.0f} MiB) | {name}: {other['per_s']:,.0f} "
                         f"({other['peak_kib'] / 1024:.0f} MiB) | {ours['per_s'] / other['per_s']:.2f} |")
    return lines


def job(rig, rows, form, output):
    """Rows a second of whole jobs of an executor of its own, and its peak memory."""
    (port,) = free_ports(1)
    process = rig.start("executor", port, JW_REPORTS_DIR=str(TOP / "schemas/reports"), JW_WORKERS="1")
    figures = best(rows, lambda: {"per_s": rows / (one_report(rig, rows, output)["durationMs"] / 1000)})
    figures["peak_kib"] = peak_kib(process)
    rig.stop("executor")
    return figures


def jobs(rig, rows):
    """Whole jobs. The first peer of the format stands beside them, though it only writes."""
    lines = []
    for form, names in PEERS.items():
        figures_only = form == "pdf" and rows > PDF_ROWS
        output = {"format": form, "content": "tables"} if figures_only else form
        ours = job(rig, rows, form, output)
        what = f"{form.upper()} job of {rows:,} rows"
        what += " (figures without the list)" if figures_only else ""
        what += f" ({HTML_ROWS:,} of them listed)" if form == "html" and rows > HTML_ROWS else ""
        beside, ratio = "–", "–"
        if listed(form, rows) == rows:
            other = best(rows, lambda: write(rig, names[0], form, rows))
            beside, ratio = f"{names[0]}, from memory: {other['per_s']:,.0f}", f"{ours['per_s'] / other['per_s']:.2f}"
        lines.append(f"| {what}: rows per second (the executor's peak memory) | {ours['per_s']:,.0f} "
                     f"({ours['peak_kib'] / 1024:.0f} MiB) | {beside} | {ratio} |")
    return lines


def formats(options):
    """The writers alone with the middle size, then whole jobs of each size: read, counted, written, checked, published."""
    rig = Rig(options.bin, "rows")
    sizes = sorted(int(n) for n in options.rows.split())
    fill(rig, sizes[-1])
    yield from from_memory(rig, sizes[len(sizes) // 2])
    for rows in sizes:
        yield from jobs(rig, rows)
    rig.close()
