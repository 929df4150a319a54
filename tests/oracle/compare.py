"""compare.py: a file beside what the oracle says, cell by cell; every comparison is counted."""

from datetime import date, timedelta
from fractions import Fraction

from oracle import Figure, WEEKDAYS, change
from readers import same

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


class Comparison:
    def __init__(self, oracle, report):
        self.oracle, self.report, self.beside = oracle, report, report.compared()
        self.count, self.wrong = 0, []
        self.wanted = report.figures()
        self.before = self.beside.figures() if self.beside else {}
        self.made = [self.table(*one) for one in report.tables()]

    def check(self, right, where, found, wanted):
        if isinstance(wanted, Fraction) and abs(wanted) >= 2**63 and isinstance(found, (int, float, Fraction)):
            right = abs(found - wanted) <= abs(wanted) / 10**14  # whole numbers are exact up to 64 bits
        self.count += 1
        if not right:
            self.wrong.append(f"{where}: is {found!r}, must be {wanted if not isinstance(wanted, Fraction) else str(wanted)!r}")

    # What must be there

    def heads(self, dimension, names, compared):
        made = [(self.oracle.dimensions[dimension]["label"], "key", None, dimension)]
        for name in names:
            measure = self.oracle.measures[name]
            form = measure.get("format", "integer")
            made.append((measure["label"], "value", measure, name))
            for role, word in ROLES if compared else ():
                textual = form in ("hour", "text", "datetime", "date")
                if role == "previous" or not (textual or (role == "percent" and form == "percent")):
                    made.append((f"{measure['label']}, {word}", role, measure, f"{name}.{role}"))
        return made

    def place(self, dimension, label):
        """Where a row of the period before stands in this one, by its place in the period; None: nowhere."""
        of, now, before = self.oracle.dimensions[dimension], self.report.period, self.beside.period
        part = of.get("part")
        if label == "(none)" or part not in ("date", "week", "month", "quarter", "year"):
            return label
        day = first_day(label, part)
        if part == "date" and self.report.parameters["compare"] == "year" and now.kind != "weekly":
            try:
                day = day.replace(year=day.year + 1)
            except ValueError:
                return None
            return day.isoformat() if day <= now.last else None
        place = number(day, part) + number(begin(now.first, of), part) - number(begin(before.first, of), part)
        return label_of(place, of) if place <= number(begin(now.last, of), part) else None

    def table(self, title, dimension, names):
        own = next((t for t in self.oracle.definition.get("tables", ()) if t["dimension"] == dimension), {})
        compared = self.beside is not None and (title is None or own.get("compare", False))
        rows = self.report.rows(dimension, names)
        nothing = [self.report.nothing(name) for name in names]
        earlier = {}
        if compared:
            for label, values in self.beside.rows(dimension, names):
                place = self.place(dimension, label)
                if place is not None:
                    earlier[place] = values
            missing = [self.beside.nothing(name) for name in names]
            here = {label for label, _ in rows}
            rows = rows + [(label, nothing) for label in earlier if label not in here]
        made = []
        for label, values in rows:
            cells = []
            for name, value, before in zip(names, values, earlier.get(label, missing) if compared else values, strict=True):
                measure = self.oracle.measures[name]
                difference, percent = change(measure, value.value, before.value)
                cells.append({"value": value, "previous": before, "difference": Figure(difference), "percent": Figure(percent)})
            made.append((label, dict(zip(names, cells, strict=True))))
        return title, self.heads(dimension, names, compared), made

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
        titles = [title for title, _, rows in self.made if rows or file.figures or file.shown]  # NDJSON shows rows alone
        self.check(len(file.tables) == len(titles), f"{where}: tables", [t[0] for t in file.tables], titles)
        by_title = {title: (heads, rows) for title, heads, rows in file.tables}
        for title, heads, rows in self.made:
            found = by_title.get(title) if title else next(iter(by_title.values()), None)
            if found is None:
                self.check(not rows, f"{where}: {title}", "not there", len(rows))
                continue
            self.rows(file, f"{where}: {title or 'groups'}", title, heads, rows, found)

    def rows(self, file, where, title, heads, rows, found):
        wanted_heads = [head[0] for head in heads]
        names = [head[3] for head in heads]
        self.check(found[0] in (wanted_heads, names), f"{where}: heads", found[0], wanted_heads)
        labels = [row[0] for row in found[1]]
        order = [label for label, _ in rows]
        compared = any(head[1] == "previous" for head in heads)
        self.check(sorted(map(str, labels)) == sorted(order) if compared else labels == order, f"{where}: rows", labels, order)
        by_label = {row[0]: row[1:] for row in found[1]}
        for label, cells in rows:
            for (head, role, measure, name), cell in zip(heads[1:], by_label.get(label, ()), strict=False):
                estimated = any((one[0], measure["label"]) in file.estimated for one in file.tables)
                self.cell(cell, cells[name.partition(".")[0]][role], f"{where}: {label}, {head}", file, measure, role, estimated)

    def printed(self, file, where):
        """A PDF has each row in a line; rows whose labels its letters cannot write, or that are cut, are passed over."""
        for name, figure in self.wanted.items():
            if isinstance(figure.value, Fraction) and abs(figure.value) >= 2**63:
                continue
            words = shown(figure.value, self.oracle.measures[name])
            self.check(any(words in line for line in file.lines), f"{where}: figure {name}", "not there", words)
        if self.beside:
            return
        for title, heads, rows in self.made if self.made and len(self.made[0][1]) < 8 else ():
            for label, cells in rows:
                if not label.isascii():
                    continue
                words = [label] + [
                    "\N{EN DASH}" if c.value is None else self.words(c.value, measure, role)
                    for _, role, measure, name in heads[1:] for c in (cells[name][role],)
                ]
                line = " ".join(" ".join(words).split())
                self.check(line in file.lines, f"{where}: {title or 'groups'}: {label}", "not there", line)

    def file(self, kind, file, where):
        if kind == "pdf":
            self.printed(file, where)
            return
        if kind != "ndjson":
            self.figures(file, where)
        self.tables(file, where)
        if file.records is not None:
            self.check(file.records == self.report.records, f"{where}: records", file.records, self.report.records)
        if file.ids is not None:
            wanted = self.report.ids()
            self.check(len(file.ids) == len(wanted) and set(file.ids) == wanted, f"{where}: list", len(file.ids), len(wanted))
