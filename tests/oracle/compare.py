"""compare.py: a file beside what the oracle says, cell by cell; every comparison is counted."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from grouped import NONE, OTHER, TOTAL, Rows, Spec
from oracle import Figure, WEEKDAYS, change
from readers import same, same_cell, text_number

UNITS = {"percent": " %", "seconds": " s", "hour": ":00"}
ROLES = (("previous", "previous"), ("difference", "difference"), ("percent", "change"))


def shown(value, measure, sign=""):
    """A value as people read it."""
    if value is None:
        return "n/a"
    if isinstance(value, str):
        return value
    form, decimals = measure.get("format", "integer"), measure.get("decimals", 0)
    if form == "hour":
        return f"{int(value):02}:00"
    whole = abs(value) * 10**decimals
    digits = f"{int(whole):0{decimals + 1}}"
    head, tail = (digits[:-decimals], "." + digits[-decimals:]) if decimals else (digits, "")
    return f"{'-' if value < 0 else sign}{int(head):,}{tail}{UNITS.get(form, '')}"


MONTHS = {"month": 1, "quarter": 3, "year": 12}


def first_day(label, part):
    """The first day of a bucket, by its label."""
    if "W" in label:
        return date.fromisocalendar(int(label[:4]), int(label[6:]), 1)
    if part == "quarter":
        return date(int(label[:4]), 3 * int(label[6:]) - 2, 1)
    return date.fromisoformat({4: "%s-01-01", 7: "%s-01", 10: "%s"}[len(label)] % label)


def begin(day, dimension):
    """The first day of the bucket of a day."""
    part = dimension["part"]
    if part == "week":
        start = WEEKDAYS.index(dimension.get("weekStart", "monday"))
        return day - timedelta(days=(day.weekday() - start) % 7)
    months = MONTHS.get(part, 0)
    return date(day.year, (day.month - 1) // months * months + 1, 1) if months else day


def number(day, part):
    """Buckets, counted."""
    if part in MONTHS:
        return (day.year * 12 + day.month - 1) // MONTHS[part]
    return day.toordinal() // 7 if part == "week" else day.toordinal()


def label_of(place, dimension):
    """The opposite of number(), as a label."""
    part = dimension["part"]
    if part in MONTHS:
        year, month = divmod(place * MONTHS[part], 12)
        return {"year": f"{year:04}", "quarter": f"{year:04}-Q{month // 3 + 1}", "month": f"{year:04}-{month + 1:02}"}[part]
    if part == "date":
        return date.fromordinal(place).isoformat()
    day = next(d for d in (date.fromordinal(7 * place + i) for i in range(7)) if begin(d, dimension) == d)
    return day.isoformat() if dimension.get("weekStart") else f"{day:%G-W%V}"


def shown_label(dimension, label):
    return dimension.get("labels", {}).get(label, label)


@dataclass
class Line:
    """A row of a table as it must be: pairs of the figure of this period and of that before."""

    kind: str
    labels: list
    pairs: list
    before_alone: bool = False

    def keys(self, dimensions):
        """The cells of its keys, as they are shown."""
        n = len(dimensions)
        if self.kind == "total":
            return [TOTAL, *[None] * (n - 1)]
        labels = [shown_label(dimension, label) for dimension, label in zip(dimensions, self.labels)]
        last = f"{labels[-1]}, total" if self.kind == "subtotal" else labels[-1]
        return [*labels[:-1], last, *[None] * (n - len(labels))]


@dataclass
class Table:
    spec: Spec
    keys: list  # dimensions
    columns: list
    lines: list


class Comparison:
    def __init__(self, oracle, report):
        self.oracle, self.report, self.beside = oracle, report, report.compared()
        self.count, self.wrong = 0, []
        self.wanted = report.figures()
        self.before = self.beside.figures() if self.beside else {}
        self.made = [self.table(spec) for spec in report.tables()]

    def check(self, right, where, found, wanted):
        if isinstance(wanted, Fraction) and abs(wanted) >= 2**63 and not right:
            found = text_number(found) if isinstance(found, str) else found  # a workbook has such numbers as texts
        if isinstance(wanted, Fraction) and abs(wanted) >= 2**63 and isinstance(found, (int, float, Fraction)):
            right = abs(found - wanted) <= abs(wanted) / 10**14  # whole numbers are exact up to 64 bits
        self.count += 1
        if not right:
            self.wrong.append(f"{where}: is {found!r}, must be {wanted if not isinstance(wanted, Fraction) else str(wanted)!r}")

    # What must be there

    def columns(self, spec, rows, compared):
        """(label, role, measure, name, head) of each column; the keys have no measure."""
        made = [(self.oracle.dimensions[name]["label"], "key", None, name, None) for name in spec.keys]
        across = rows.dimensions[-1]
        heads = [shown_label(across, head) for head in rows.heads] + ([TOTAL] if spec.totals else [])
        heads = heads if spec.across else [None]
        for head in heads:
            for name in spec.names:
                measure = self.oracle.measures[name]
                form = measure.get("format", "integer")
                made.append((measure["label"], "value", measure, name, head))
                for role, word in ROLES if compared else ():
                    textual = form in ("hour", "text", "datetime", "date")
                    if role == "previous" or not (textual or (role == "percent" and form == "percent")):
                        made.append((f"{measure['label']}, {word}", role, measure, f"{name}.{role}", head))
        return made

    def place(self, dimension, label):
        """Where a row of the period before stands in this one, by its place in the period; None: nowhere."""
        of = self.oracle.dimensions[dimension]
        now, before = (self.oracle.days_of(report.period) for report in (self.report, self.beside))
        part = of.get("part")
        if label in (NONE, OTHER) or part not in ("date", "week", "month", "quarter", "year"):
            return label
        day = first_day(label, part)
        if part == "date" and self.report.how == "year" and now.kind != "weekly":
            try:
                day = day.replace(year=day.year + 1)
            except ValueError:
                return None
            return max(day, now.first).isoformat() if day <= now.last else None
        place = number(day, part) + number(begin(now.first, of), part) - number(begin(before.first, of), part)
        return label_of(place, of) if place <= number(begin(now.last, of), part) else None

    def places(self, dimension):
        """Where the days, weeks and so on of the period before stand in this one; None: no dimension in time."""
        of = self.oracle.dimensions[dimension]
        if of.get("part") not in ("date", "week", "month", "quarter", "year"):
            return None
        before = self.oracle.days_of(self.beside.period)
        days = (before.first + timedelta(days=i) for i in range((before.last - before.first).days + 1))
        buckets = {begin(day, of) for day in days}
        return {self.place(dimension, label_of(number(day, of["part"]), of)) for day in buckets}

    def table(self, spec):
        rows = Rows(self.report, spec)
        compared = bool(self.beside is not None and spec.compare and len(spec.dimensions) == 1)
        made = self.beside_rows(spec, rows.rows) if compared else [
            Line(row.kind, row.labels, [(figure, None) for cells in row.cells for figure in cells]) for row in rows.rows
        ]
        keys = [self.oracle.dimensions[name] for name in spec.keys]
        return Table(spec, keys, self.columns(spec, rows, compared), made)

    def before_rows(self, spec, rows):
        """Rows of the period before, under the labels of this one; what it lacks is left out."""
        dimension, kept = spec.keys[0], None
        moved, plain = {}, Spec(None, spec.keys, spec.names)
        earlier = Rows(self.beside, spec)
        for label in earlier.places[0]:
            moved[label] = self.place(dimension, label)
        limited = spec.top or spec.most or Rows(self.report, plain).more
        if limited or earlier.more:
            here = {row.labels[0] for row in rows if row.kind == "group"} - {OTHER}
            kept = {label for label, place in moved.items() if place in here}
        if earlier.more and not limited:
            kept |= {row.labels[0] for row in earlier.rows if row.kind == "group"} - {OTHER}
        for row in Rows(self.beside, spec, kept).rows if kept is not None else earlier.rows:
            label = moved[row.labels[0]] if row.kind == "group" else None
            if row.kind != "group" or label is not None:
                yield row.kind, label, row.cells[0]

    def beside_rows(self, spec, rows):
        """Those of this period, each beside that of the period before, and those that it alone has."""
        earlier = {(kind, label): cells for kind, label, cells in self.before_rows(spec, rows)}
        missing = [self.beside.nothing(name) for name in spec.names]
        nothing = [self.report.nothing(name) for name in spec.names]
        unknown = [Figure(None) for _ in spec.names]
        places = self.places(spec.keys[0])
        lines = []
        for row in rows:
            label = row.labels[0] if row.kind == "group" else None
            alone = places is not None and label not in (None, NONE, OTHER, *places)
            otherwise = unknown if alone else missing
            lines.append(Line(row.kind, row.labels, list(zip(row.cells[0], earlier.pop((row.kind, label), otherwise)))))
        for (kind, label), cells in earlier.items():
            lines.append(Line(kind, [label], list(zip(nothing, cells)), before_alone=True))
        in_time = self.oracle.dimensions[spec.keys[0]].get("part") in ("date", "week", "month", "quarter", "year")

        def key(line):
            if line.kind == "total":
                return 3, ""
            label = line.labels[0]
            if label == OTHER:
                return 2, ""
            if spec.sorted:
                return int(line.before_alone), ""
            return (1, "") if label == NONE else (0, label if in_time else "")

        return sorted(lines, key=key)

    # What is there

    def cell(self, found, figure, where, file, measure, role="value", estimated=False):
        if file.shown:
            wanted = "" if figure.value is None else self.words(figure.value, measure, role)
            self.check(found == wanted or (estimated and found.startswith("≈")), where, found, wanted)
        elif estimated and role != "value":
            return
        elif estimated and figure.low is not None and isinstance(found, (int, float, Fraction)):
            self.check(figure.low <= found <= figure.high, f"{where} (estimated)", found, figure.value)
        else:
            self.check(same(found, figure.value, file.exact), where, found, figure.value)

    @staticmethod
    def words(value, measure, role):
        sign = "+" if role in ("difference", "percent") and value > 0 else ""
        if role == "percent":
            return sign + shown(value, {"format": "percent", "decimals": 1})
        words = shown(value, measure)
        return sign + words.replace(" %", " pp") if role == "difference" else words  # points of a percentage

    def figures(self, file, where):
        for name, figure in self.wanted.items():
            measure = self.oracle.measures[name]
            label, estimated = measure["label"], measure["label"] in file.estimated
            spot = f"{where}: figure {name}"
            if file.figures:
                self.cell(file.figures.get(label, "not there"), figure, spot, file, measure, estimated=estimated)
            beyond = isinstance(figure.value, Fraction) and abs(figure.value) >= 2**63
            if file.texts and not estimated and not beyond:
                wanted = shown(figure.value, measure)
                self.check(file.texts.get(label, "").removeprefix("≈").strip() == wanted, spot, file.texts.get(label), wanted)
            if self.beside and file.previous and not estimated:
                before = self.before[name].value
                difference, percent = change(measure, figure.value, before)
                for role, found, right in zip(
                    ("previous", "difference", "percent"), file.previous[label], (before, difference, percent), strict=True
                ):
                    self.check(same(found, right, file.exact), f"{spot}, {role}", found, right)

    def tables(self, file, where):
        titles = [table.spec.title for table in self.made if table.lines or file.figures or file.shown]  # NDJSON: rows alone
        self.check(len(file.tables) == len(titles), f"{where}: tables", [t[0] for t in file.tables], titles)
        by_title = {title: (heads, rows) for title, heads, rows in file.tables}
        for table in self.made:
            title = table.spec.title
            found = by_title.get(title) if title else next(iter(by_title.values()), None)
            if found is None:
                self.check(not table.lines, f"{where}: {title}", "not there", len(table.lines))
                continue
            self.rows(file, f"{where}: {title or 'groups'}", table, found)

    @staticmethod
    def heads(columns, by_name):
        if not by_name:
            return [f"{head}: {label}" if head else label for label, _, _, _, head in columns]
        made = []
        for _, _, _, name, head in columns:  # the second member of a name is "name_2"
            whole = f"{head}.{name}" if head else name
            same = sum(one == whole or one.rpartition("_")[0] == whole for one in made)
            made.append(f"{whole}_{same + 1}" if same else whole)
        return made

    def rows(self, file, where, table, found):
        heads, columns, n = self.heads(table.columns, file.by_name), table.columns, len(table.spec.keys)
        self.check(found[0] == heads, f"{where}: heads", found[0], heads)
        lines = [line for line in table.lines if file.totals or line.kind == "group"]
        wanted = [line.keys(table.keys) for line in lines]
        keys = [[file.key(cell) or None for cell in row[:n]] for row in found[1]]
        self.check(keys == wanted, f"{where}: rows", keys, wanted)
        for line, row in zip(lines, found[1], strict=False) if keys == wanted else ():
            for (head, role, measure, _, across), cell, figure in zip(
                columns[n:], row[n:], self.figures_of(line, columns[n:]), strict=True
            ):
                estimated = (table.spec.title, across, measure["label"]) in file.estimated or (
                    table.spec.title is None and any(one[1:] == (across, measure["label"]) for one in file.estimated))
                spot = f"{where}: {', '.join(filter(None, line.keys(table.keys)))}, {across or ''} {head}"
                self.cell(file.value(cell), figure, spot, file, measure, role, estimated)

    @staticmethod
    def figures_of(line, columns):
        """The figure of each column."""
        pairs, pair = iter(line.pairs), None
        for _, role, measure, _, _ in columns:
            pair = next(pairs) if role == "value" else pair
            if role in ("value", "previous"):
                yield pair[role == "previous"]
                continue
            difference, percent = change(measure, pair[0].value, pair[1].value)
            yield Figure(difference if role == "difference" else percent)

    def printed(self, file, where):
        """A PDF has each row in a line; rows whose labels its letters cannot write, or that are cut, are passed over."""
        for name, figure in self.wanted.items():
            beyond = isinstance(figure.value, Fraction) and abs(figure.value) >= 2**63
            if beyond or self.oracle.measures[name]["label"] in file.estimated:
                continue
            words = shown(figure.value, self.oracle.measures[name])
            there = any(words in line for line in file.lines) or "".join(words.split()) in file.letters
            self.check(there, f"{where}: figure {name}", "not there", words)
        for table in self.made:
            labels = {measure["label"] for _, _, measure, _, _ in table.columns if measure}
            if len(table.columns) > 8 or any(one[-1] in labels for one in file.estimated if isinstance(one, tuple)):
                continue
            n = len(table.spec.keys)
            for line in table.lines:
                keys = [key for key in line.keys(table.keys) if key]
                if not all(map(str.isascii, keys)):
                    continue
                words = keys + [
                    "\N{EN DASH}" if figure.value is None else self.words(figure.value, measure, role)
                    for (_, role, measure, _, _), figure in zip(
                        table.columns[n:], self.figures_of(line, table.columns[n:]), strict=True)
                ]
                text, rest = (" ".join(" ".join(some).split()) for some in (words, words[len(keys):]))
                there = text in file.lines or (" " in keys[0] and any(rest in line for line in file.lines))  # a broken label
                self.check(there, f"{where}: {table.spec.title or 'groups'}: {keys}", "not there", text)

    def file(self, kind, file, where):
        title = self.oracle.definition.get("listTitle", "Records")
        if kind == "xlsx":
            file.list = next((rows for name, _, rows in file.tables if name == title), None)
            file.tables = [table for table in file.tables if table[0] != title]
        if kind == "pdf":
            self.printed(file, where)
        elif kind != "lines":
            if kind != "ndjson":
                self.figures(file, where)
            self.tables(file, where)
        if file.records is not None:
            self.check(file.records == self.report.records, f"{where}: records", file.records, self.report.records)
        if file.list is not None:
            self.list(file, f"{where}: list")

    def list(self, file, where):
        wanted = {str(row[0]): row for row in self.report.listed()}
        found = {str(row[0]): row for row in file.list}
        self.check(len(found) == len(file.list) and set(found) == set(wanted), where, len(file.list), len(wanted))
        names = [column["label"] for column in self.oracle.definition["columns"]]
        for record, row in found.items():
            for name, cell, right in zip(names, row, wanted.get(record, ()), strict=False):
                self.check(same_cell(cell, right), f"{where}: {record}, {name}", cell, right)
