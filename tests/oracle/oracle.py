"""oracle.py: what a report must say, computed by DuckDB from a definition, a request and the records.

Written from schemas/README.md and the schemas alone; it shares nothing with the executor. The SQL counts, adds up (in
decimals), sorts and finds days and hours (by the zones of ICU); what is made of several sums, and rounding, is done in
fractions here. Numbers have at most ten decimals here, and sums of squares eight.
"""

import ast
import json
import math
import re
import tempfile
from collections import Counter
from functools import cache
from datetime import datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction

import duckdb
from bson import Decimal128, ObjectId

from grouped import NONE, Spec

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS = (("k", "VARCHAR"), ("n", "DECIMAL(38,10)"), ("t", "VARCHAR"), ("f", "VARCHAR"), ("ms", "BIGINT"), ("a", "VARCHAR[]"))
PEAKS = ("peak", "peakValue")
MOST_BUCKETS = 400
EXACT_UP_TO = 10000


def text(value):
    return "'" + str(value).replace("'", "''") + "'"


def column(field, part):
    return f'"{field}__{part}"'


def milliseconds(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def moment_of(value):
    return milliseconds(datetime.fromisoformat(value))


def parts_of(value):
    """k: N nothing, A array, B, I number, D time, O ObjectId, T text."""
    if value is None or isinstance(value, dict):
        return {"k": "N"}
    if isinstance(value, list):
        return {"k": "A", "a": [item for item in value if isinstance(item, str)]}
    if isinstance(value, bool):
        return {"k": "B", "n": str(int(value))}
    if isinstance(value, (int, float, Decimal128)):
        return {"k": "I", "n": number_text(str(value))}
    if isinstance(value, datetime):
        return {"k": "D", "ms": milliseconds(value)}
    if isinstance(value, ObjectId):
        return {"k": "O", "t": str(value)}
    return {"k": "T", "t": value, "f": value.casefold()}


def plain(value):
    """A single value as a text."""
    parts = parts_of(value)
    if parts["k"] == "I":
        whole, _, rest = parts["n"].partition(".")
        return f"{whole}.{rest.rstrip('0')}".rstrip(".")
    return {"B": str(value).lower(), "T": value}.get(parts["k"])


def member(record, path):
    for name in path.split("."):
        record = record.get(name) if isinstance(record, dict) else None
    return record


def fields_of(definition):
    """Every field that the definition names, but for those of its list."""
    found = {definition["dateField"]}

    def walk(item):
        if isinstance(item, dict):
            if isinstance(item.get("field"), str):
                found.add(item["field"])
            item = list(item.values())
        for one in item if isinstance(item, list) else ():
            walk(one)

    walk({name: item for name, item in definition.items() if name != "columns"})
    return sorted(found)


def rounded(value, decimals):
    """Half up, away from zero."""
    if value is None:
        return None
    whole = math.floor(abs(Fraction(value)) * 10**decimals + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


def root(value):
    with localcontext() as context:
        context.prec = 50
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


class Period:
    """The records that a report is about: days in its zone, or moments, or all."""

    def __init__(self, zone, first=None, last=None, start=None, end=None, kind="range"):
        self.zone, self.first, self.last, self.start, self.end, self.kind = zone, first, last, start, end, kind

    @property
    def days(self):
        return self.first is not None

    @property
    def whole(self):
        return self.first is None and self.start is None

    def before(self, how):
        if self.days and how == "year":
            return self._year_before()
        if self.days and self.kind == "monthly":
            last = self.first - timedelta(days=1)
            return Period(self.zone, last.replace(day=1), last, kind=self.kind)
        if self.days:
            length = self.last - self.first + timedelta(days=1)
            return Period(self.zone, self.first - length, self.last - length, kind=self.kind)
        assert how == "previous", "moments a year before are not in these requests"
        return Period(self.zone, start=self.start - (self.end - self.start), end=self.start)

    def _year_before(self):
        if self.kind == "weekly":
            length = timedelta(weeks=52)
            return Period(self.zone, self.first - length, self.last - length, kind=self.kind)
        days = [year_before(day) for day in (self.first, self.last)]
        if self.kind == "monthly":
            days[1] = (days[0].replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return Period(self.zone, *days, kind=self.kind)


def year_before(day):
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


class Figure:
    """A value that is exact before it is rounded; low and high when a sketch may have estimated it."""

    def __init__(self, value, low=None, high=None):
        self.value, self.low, self.high = value, low, high


@cache
def number_text(value):
    return f"{Decimal(value):f}"


class Data:
    """One collection in memory: of each field that the definitions name its parts."""

    def __init__(self, definitions, documents):
        self.fields = sorted({field for definition in definitions for field in fields_of(definition)})
        self.db = duckdb.connect(config={"threads": "2"})
        self.db.execute("LOAD icu; SET TimeZone = 'UTC'")
        self._load(documents)

    def _load(self, documents):
        columns = {"id": "VARCHAR"} | {f"{f}__{part}": kind for f in self.fields for part, kind in PARTS}
        names = [(field, {part: f"{field}__{part}" for part, _ in PARTS}) for field in self.fields]
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
            encode = json.JSONEncoder(ensure_ascii=False).encode
            for document in documents:
                row = {"id": str(document["_id"])}
                for field, parts in names:
                    for part, value in parts_of(member(document, field)).items():
                        row[parts[part]] = value
                file.write(encode(row) + "\n")
            file.flush()
            listed = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in columns.items())
            self.db.execute(
                f"CREATE TABLE records AS SELECT * FROM read_json({text(file.name)}, format = 'newline_delimited', "
                f"columns = {{{listed}}})"
            )


class Oracle:
    """The reports of a definition on a collection."""

    def __init__(self, definition, data, others=None):
        """others: {collection: documents} of those in which names are looked up."""
        self.definition = definition
        self.others = others or {}
        self.measures = {measure["name"]: measure for measure in definition["measures"]}
        self.dimensions = {dimension["name"]: dimension for dimension in definition.get("dimensions", ())}
        self.shared = {shared["name"]: shared["where"] for shared in definition.get("conditions", ())}
        self.db = data.db

    def names(self, lookup):
        """{text of a key: name}; of several records with one key the least name."""
        found = {}
        for document in self.others[lookup["collection"]]:
            key, name = (plain(member(document, lookup[role])) for role in ("key", "label"))
            if key and name and (key not in found or name.encode() < found[key].encode()):
                found[key] = name
        return found

    def rows(self, sql):
        return self.db.execute(sql).fetchall()

    # Conditions as SQL

    def local(self, field, zone):
        return f"timezone({text(zone)}, timezone('UTC', epoch_ms({column(field, 'ms')})))"

    def equals(self, field, value, arrays=False):
        kind, number, words = (column(field, part) for part in "knt")
        tests = [f"{kind} IN ('T', 'O') AND {words} = {text(value)}"]
        if NUMBER.fullmatch(value):
            tests.append(f"{kind} = 'I' AND {number} = {text(value)}::DECIMAL(38,10)")
        if value in ("true", "false"):
            tests.append(f"{kind} = 'B' AND {number} = {int(value == 'true')}")
        if MOMENT.fullmatch(value):
            tests.append(f"{kind} = 'D' AND {column(field, 'ms')} = {moment_of(value)}")
        if arrays:
            tests.append(f"{kind} = 'A' AND list_contains({column(field, 'a')}, {text(value)})")
        return self.any(tests)

    @staticmethod
    def any(tests):
        return "(" + " OR ".join(f"coalesce({test}, false)" for test in tests) + ")"

    @staticmethod
    def all(tests):
        return "(" + " AND ".join(f"coalesce({test}, false)" for test in tests) + ")" if tests else "true"

    def bound(self, field, sign, limit, zone, sort=None):
        """sign: < <= > >=; sort: what the other bound of the same range makes of it."""
        limit, kind = str(limit), column(field, "k")
        if NUMBER.fullmatch(limit) and sort in (None, "number"):
            return f"{kind} = 'I' AND {column(field, 'n')} {sign} {text(limit)}::DECIMAL(38,10)"
        if DAY.fullmatch(limit) and sort in (None, "time"):
            return f"{kind} = 'D' AND CAST({self.local(field, zone)} AS DATE) {sign} DATE {text(limit)}"
        if MOMENT.fullmatch(limit) and sort in (None, "time"):
            return f"{kind} = 'D' AND {column(field, 'ms')} {sign} {moment_of(limit)}"
        return f"{kind} = 'T' AND {column(field, 't')} {sign} {text(limit)}"

    def condition(self, test, zone):
        field = test.get("field")
        if "any" in test:
            made = self.any([self.condition(one, zone) for one in test["any"]])
        elif "all" in test:
            made = self.all([self.condition(one, zone) for one in test["all"]])
        elif "is" in test:
            made = self.where(self.shared[test["is"]], zone)
        elif "equals" in test:
            made = self.any([self.equals(field, value) for value in test["equals"]])
        elif "contains" in test:
            made = self.contains(field, test["contains"])
        elif "absent" in test:
            made = f"{column(field, 'k')} IN ('N', 'A')"
        else:
            signs = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
            bounds = [self.bound(field, signs[name], test[name], zone) for name in signs if name in test]
            made = self.all(bounds) if bounds else f"{column(field, 'k')} NOT IN ('N', 'A')"
        return f"NOT coalesce({made}, false)" if test.get("not") else f"coalesce({made}, false)"

    def contains(self, field, values):
        return self.any([
            f"{column(field, 'k')} = 'T' AND contains({column(field, 'f')}, {text(value.casefold())})" for value in values
        ])

    def where(self, tests, zone):
        return self.all([self.condition(test, zone) for test in tests or ()])

    def filter(self, field, asked, zone):
        asked = {"in": asked} if isinstance(asked, list) else asked
        tests = []
        for name, negated in (("in", False), ("not", True)):
            if asked.get(name):
                made = self.any([self.equals(field, value, arrays=True) for value in asked[name]])
                tests.append(f"NOT {made}" if negated else made)
        if "contains" in asked:
            tests.append(self.contains(field, [asked["contains"]]))
        if "absent" in asked:
            tests.append(f"({column(field, 'k')} = 'N') = {str(asked['absent']).lower()}")
        given = [asked[name] for name in ("from", "to") if name in asked]
        if given:
            is_number = all(NUMBER.fullmatch(value) for value in given)
            is_time = all(DAY.fullmatch(value) or MOMENT.fullmatch(value) for value in given)
            sort = "number" if is_number else "time" if is_time else "text"
            for name, sign in (("from", ">="), ("to", "<=")):
                if name in asked:
                    tests.append(self.bound(field, sign, asked[name], zone, sort))
        return self.all(tests)

    # Periods

    def period(self, parameters):
        asked, whole = parameters.get("period", {}), parameters.get("dateRange")
        zone = asked.get("timeZone") or parameters.get("timeZone") or self.definition.get("timeZone", "UTC")
        if asked:
            unit = {"weekly": "week", "monthly": "month"}[asked["type"]]
            first, last = self.rows(
                f"SELECT CAST(t - INTERVAL 1 {unit} AS DATE), CAST(t - INTERVAL 1 DAY AS DATE) FROM "
                f"(SELECT date_trunc('{unit}', timezone({text(zone)}, TIMESTAMPTZ {text(asked['at'])})) AS t)"
            )[0]
            return Period(zone, first, last, kind=asked["type"])
        if whole and DAY.fullmatch(whole["startDate"]):
            days = [datetime.fromisoformat(whole[name]).date() for name in ("startDate", "endDate")]
            return Period(zone, *days)
        if whole:
            end = moment_of(whole["endDate"])
            return Period(zone, start=moment_of(whole["startDate"]), end=end + (1 if "." in whole["endDate"] else 1000))
        return Period(zone)

    def days_of(self, period):
        """The days that a period touches, as a period."""
        if period.days:
            return period
        first, last = (
            f"CAST(timezone({text(period.zone)}, timezone('UTC', epoch_ms({moment}::BIGINT))) AS DATE)"
            for moment in (period.start, period.end - 1)
        )
        return Period(period.zone, *self.rows(f"SELECT {first}, {last}")[0], kind=period.kind)

    def within(self, period):
        field = self.definition["dateField"]
        if period.whole:
            return "true"
        dated = f"{column(field, 'k')} = 'D'"
        if period.days:
            day = f"CAST({self.local(field, period.zone)} AS DATE)"
            return f"coalesce({dated} AND {day} BETWEEN DATE '{period.first}' AND DATE '{period.last}', false)"
        return f"coalesce({dated} AND {column(field, 'ms')} BETWEEN {period.start} AND {period.end - 1}, false)"

    def chosen(self, parameters, period):
        """The condition of the records that the request is about."""
        tests = [self.within(period), self.where(self.definition.get("where"), period.zone)]
        inactive = self.definition.get("inactive")
        if inactive and not parameters.get("includeInactive"):
            tests.append(f"NOT {self.equals(inactive['field'], inactive['value'], arrays=True)}")
        fields = {one["name"]: one["field"] for one in self.definition.get("filters", ())}
        for name, asked in parameters.get("filters", {}).items():
            if asked:
                tests.append(self.filter(fields[name], asked, period.zone))
        return self.all(tests)

    # Groups

    def value_text(self, field, zone):
        number = f"regexp_replace(CAST({column(field, 'n')} AS VARCHAR), '\\.?0+$', '')"
        return (
            f"CASE {column(field, 'k')} WHEN 'I' THEN {number} WHEN 'T' THEN {column(field, 't')} "
            f"WHEN 'O' THEN {column(field, 't')} "
            f"WHEN 'B' THEN CASE WHEN {column(field, 'n')} = 1 THEN 'true' ELSE 'false' END "
            f"WHEN 'D' THEN CAST({column(field, 'ms')} AS VARCHAR) END"
        )

    def label_of(self, dimension, local):
        """SQL of the label of a local time, and of what natural order sorts by."""
        part, start = dimension["part"], dimension.get("weekStart")
        monday = WEEKDAYS.index(start) if start else 0
        since = f"((isodow({local}) - 1 - {monday} + 7) % 7)"
        begin = f"CAST(CAST({local} AS DATE) - CAST({since} AS INTEGER) AS DATE)"
        label = {
            "hour": f"strftime({local}, '%H:00')",
            "date": f"strftime({local}, '%Y-%m-%d')",
            "weekday": f"dayname({local})",
            "week": f"strftime({begin}, '%Y-%m-%d')" if start else f"strftime({local}, '%G-W%V')",
            "month": f"strftime({local}, '%Y-%m')",
            "quarter": f"strftime({local}, '%Y') || '-Q' || quarter({local})",
            "year": f"strftime({local}, '%Y')",
        }[part]
        return label, f"lpad(CAST({since} AS VARCHAR), 2, '0')" if part == "weekday" else label

    def group_sql(self, dimension, zone):
        field, part = dimension["field"], dimension.get("part", "value")
        if part == "value":
            words = self.value_text(field, zone)
            label = f"CASE WHEN {words} IN ('(none)', '(other)') THEN '\"' || {words} || '\"' ELSE nullif({words}, '') END"
            return label, "''"
        label, order = self.label_of(dimension, self.local(field, zone))
        dated = f"{column(field, 'k')} = 'D'"
        return f"CASE WHEN {dated} THEN {label} END", f"CASE WHEN {dated} THEN {order} ELSE '' END"

    def buckets(self, dimension, period):
        """Labels with their order that are shown whether or not a record has them."""
        part = dimension.get("part", "value")
        if part == "value":
            return []
        if part in ("hour", "weekday"):
            series = "generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-07 23:00', INTERVAL 1 HOUR)"
        elif period.whole:
            return []
        else:
            days = self.days_of(period)
            series = f"generate_series(TIMESTAMP '{days.first}', TIMESTAMP '{days.last}', INTERVAL 1 DAY)"
        label, order = self.label_of(dimension, "t")
        found = self.rows(f"SELECT DISTINCT {label}, {order} FROM (SELECT unnest({series}) AS t)")
        return found if len(found) <= MOST_BUCKETS else []

    # Measures

    def base_sql(self, measure, zone):
        """Aggregates of a measure that is counted record by record: a list of columns."""
        op, field = measure["op"], measure.get("field")
        where = self.where(measure.get("where"), zone)
        if op == "count":
            there = f" AND {column(field, 'k')} NOT IN ('N', 'A')" if field else ""
            return [f"count(*) FILTER ({where}{there})"]
        if op == "distinct":
            there = f"{where} AND {column(field, 'k')} NOT IN ('N', 'A')"
            return [f"count(DISTINCT {self.value_text(field, zone)}) FILTER ({there})"]
        number, taken = column(field, "n"), f"FILTER ({where} AND {column(field, 'k')} IN ('I', 'B'))"
        if op in ("min", "max"):
            times = f"FILTER ({where} AND {column(field, 'k')} = 'D')"
            return [f"{op}({number}) {taken}", f"{op}({column(field, 'ms')}) {times}"]
        if op in ("sum", "avg"):
            return [f"sum({number}) {taken}", f"count(*) {taken}"]
        if op == "stddev":
            short = f"CAST({number} AS DECIMAL(18,4))"
            return [f"sum({number}) {taken}", f"count(*) {taken}", f"sum({short} * {short}) {taken}"]
        assert op in ("median", "percentile"), op
        return [self.quantile_sql(measure, f"list({number} ORDER BY {number}) {taken}")]

    @staticmethod
    def thousandths(measure):
        return int(Fraction(str(measure.get("p", 50))) * 1000)

    def quantile_sql(self, measure, values):
        """n, the two values beside the place, and the values that an estimate must lie between."""
        place = self.thousandths(measure)
        at = f"((len(v) - 1) * {place} // 100000)"
        slack = "(len(v) // 50 + 1)"
        return (
            f"list_transform([{values}], lambda v: [CAST(len(v) AS DECIMAL(38,10)), v[{at} + 1], "
            f"v[least({at} + 2, len(v))], v[greatest({at} + 1 - {slack}, 1)], v[least({at} + 2 + {slack}, len(v))]])[1]"
        )

    def base_value(self, measure, cells):
        op = measure["op"]
        if op == "count":
            return Figure(Fraction(cells[0]))
        if op == "distinct":
            margin = Fraction(1, 20)
            return Figure(Fraction(cells[0]), cells[0] * (1 - margin), cells[0] * (1 + margin))
        if op in ("min", "max"):
            if cells[1] is not None:
                return Figure(("time", cells[1]))
            return Figure(None if cells[0] is None else Fraction(cells[0]))
        if op == "sum":
            return Figure(Fraction(cells[0] or 0))
        if op == "avg":
            return Figure(Fraction(cells[0]) / cells[1] if cells[1] else None)
        if op == "stddev":
            return Figure(self.deviation(*cells))
        return self.quantile(measure, cells[0])

    @staticmethod
    def deviation(total, count, squares):
        if count < 2:
            return None
        return root((Fraction(squares) - Fraction(total) ** 2 / count) / (count - 1))

    def quantile(self, measure, found):
        if not found or not found[0]:
            return Figure(None)
        count, low, high, least, most = map(Fraction, found)
        place = (count - 1) * self.thousandths(measure) / 100000
        return Figure(low + (high - low) * (place - math.floor(place)), least, most)

    def simple(self, names):
        """The measures counted record by record that these are made of."""
        found = {}
        for name in names:
            measure = self.measures[name]
            made_of = [measure[role] for role in ("numerator", "denominator", "of") if role in measure]
            made_of += re.findall("[A-Za-z][A-Za-z0-9_]*", measure.get("formula", ""))
            found |= {one["name"]: one for one in self.simple(made_of)} if made_of else {name: measure}
        return list(found.values())

    def columns_of(self, names, zone):
        """{measure: where its cells are}, and SQL of the cells."""
        columns, spans = [], {}
        for measure in self.simple(names):
            made = self.base_sql(measure, zone)
            spans[measure["name"]] = (len(columns), len(columns) + len(made))
            columns += made
        return spans, ", ".join(columns)

    def values_of(self, spans, cells):
        return {name: self.base_value(self.measures[name], cells[a:b]) for name, (a, b) in spans.items()}

    def pass_over(self, chosen, zone, names, group=None):
        """{label: (rows, order, {measure: Figure})} of one dimension; of no dimension {None: …}."""
        label, order = group or ("NULL", "''")
        spans, columns = self.columns_of(names, zone)
        made = self.rows(
            f"SELECT g, count(*), min(o), {columns} FROM (SELECT *, {label} AS g, {order} AS o FROM records WHERE {chosen}) "
            f"GROUP BY g"
        )
        return {key: (count, sorting, self.values_of(spans, cells)) for key, count, sorting, *cells in made}

    def nothing(self):
        """The values of a group without records."""
        made = {}
        for measure in self.simple(self.measures):
            zero = measure["op"] in ("count", "sum", "distinct")
            made[measure["name"]] = Figure(Fraction(0) if zero else None)
        return made

    def formula(self, node, value_of):
        if isinstance(node, ast.BinOp):
            left, right = self.formula(node.left, value_of), self.formula(node.right, value_of)
            if left is None or right is None or (isinstance(node.op, ast.Div) and right == 0):
                return None
            return {
                ast.Add: lambda: left + right, ast.Sub: lambda: left - right, ast.Mult: lambda: left * right,
                ast.Div: lambda: left / right,
            }[type(node.op)]()
        if isinstance(node, ast.UnaryOp):
            value = self.formula(node.operand, value_of)
            return None if value is None else -value
        if isinstance(node, ast.Name):
            return value_of(node.id)
        return Fraction(str(node.value))

    def value(self, name, base, totals):
        """A measure inside a group or over all; peaks are figure()'s."""
        measure = self.measures[name]
        if name in base:
            return base[name]

        def value_of(other):
            return self.value(other, base, totals).value

        if measure["op"] == "ratio":
            top, bottom = value_of(measure["numerator"]), value_of(measure["denominator"])
            scale = Fraction(str(measure.get("scale", 1)))
            return Figure(top / bottom * scale if bottom and top is not None else None)
        if measure["op"] == "share":
            top, bottom = base[measure["of"]].value, totals[measure["of"]].value
            return Figure(top / bottom * 100 if bottom else None)
        if measure["op"] == "formula":
            return Figure(self.formula(ast.parse(measure["formula"], mode="eval").body, value_of))
        return Figure(None)


class Report:
    """The figures of one request, computed when they are asked for."""

    def __init__(self, oracle, parameters, period=None, peer=None):
        """peer: the report of this period, when this is the one of the period before."""
        self.oracle, self.parameters, self.peer = oracle, parameters, peer
        self.period = period or oracle.period(parameters)
        self.how = parameters.get("compare") or oracle.definition.get("compare", "none")
        self.chosen = oracle.chosen(parameters, self.period)
        found = oracle.pass_over(self.chosen, self.period.zone, oracle.measures)
        self.records, _, self.totals = found.get(None) or (0, "", oracle.nothing())
        self._groups = {}

    def ids(self):
        return {row[0] for row in self.oracle.rows(f"SELECT id FROM records WHERE {self.chosen}")}

    def names(self):
        return self.parameters.get("measures") or self.oracle.definition["summary"]

    def compared(self):
        """The report of the period before; None: nothing is compared."""
        if self.how == "none" or self.period.whole:
            return None
        self.peer = Report(self.oracle, self.parameters, self.period.before(self.how), self)
        return self.peer

    def named(self, dimension):
        """{group: its name} of a dimension that is looked up; what has none is left out."""
        if "lookup" not in dimension:
            return {}
        label, _ = self.oracle.group_sql(dimension, self.period.zone)
        chosen = " OR ".join(f"({report.chosen})" for report in (self, self.peer) if report)
        found = [row[0] for row in self.oracle.rows(f"SELECT DISTINCT {label} FROM records WHERE {chosen}") if row[0]]
        names = self.oracle.names(dimension["lookup"])
        shown = Counter(names.get(value, value) for value in found)
        return {v: names[v] if shown[names[v]] == 1 else f"{names[v]} ({v})" for v in found if v in names}

    def groups(self, name, names):
        """[(label, rows, values of the measures)] of a dimension in the order of rows; a label None is no value."""
        known = (name, *names)
        if known not in self._groups:
            dimension, zone = self.oracle.dimensions[name], self.period.zone
            found = self.oracle.pass_over(self.chosen, zone, names, self.oracle.group_sql(dimension, zone))
            for label, order in self.oracle.buckets(dimension, self.period):
                found.setdefault(label, (0, order, self.oracle.nothing()))
            by_rows = dimension.get("part", "value") == "value"

            def key(item):
                label, (rows, order, _) = item
                return (label is None, -rows if by_rows else 0, order, (label or "").encode())

            self._groups[known] = [(label, rows, values) for label, (rows, _, values) in sorted(found.items(), key=key)]
        return self._groups[known]

    def value(self, name, values):
        measure = self.oracle.measures[name]
        return self.shown(measure, self.oracle.value(name, values, self.totals))

    def shown(self, measure, figure):
        """As it stands in a result: rounded, a time as its text."""
        decimals = measure.get("decimals", 0)
        if isinstance(figure.value, tuple):
            return Figure(self.time_text(measure, figure.value[1]))
        low, high = (None if edge is None else rounded(edge, decimals) for edge in (figure.low, figure.high))
        return Figure(rounded(figure.value, decimals), low, high)

    def time_text(self, measure, moment):
        zone = text(self.period.zone)
        form = {"datetime": "%Y-%m-%d %H:%M:%S", "date": "%Y-%m-%d"}[measure["format"]]
        return self.oracle.rows(f"SELECT strftime(timezone({zone}, timezone('UTC', epoch_ms({moment}))), {text(form)})")[0][0]

    def figure(self, name):
        measure = self.oracle.measures[name]
        if measure["op"] not in PEAKS:
            return self.value(name, self.totals)
        best, place = None, None
        of = self.oracle.measures[measure["of"]]
        for label, rows, values in self.groups(measure["dimension"], [of["name"]]):
            value = self.oracle.value(of["name"], values, self.totals).value
            if label is None or rows == 0 or value is None or (of["op"] == "count" and value == 0):
                continue
            if best is None or value > best:
                best, place = value, label
        if measure["op"] == "peakValue" or best is None:
            return self.shown(measure, Figure(best))
        hour = self.oracle.dimensions[measure["dimension"]].get("part") == "hour"
        return Figure(Fraction(int(place[:2])) if hour else place)

    def figures(self):
        return {name: self.figure(name) for name in self.names()}

    def tables(self):
        """A Spec of each."""
        definition, parameters = self.oracle.definition, self.parameters
        asked, by = parameters.get("measures"), parameters.get("groupBy")
        inside = self.inside(asked or ())
        if asked and not inside:
            return []  # peaks have no value in a group
        if not by:
            return [
                Spec.of(
                    t, inside or t["measures"], title=t["title"], totals=t.get("totals", False), compare=t.get("compare")
                )
                for t in definition.get("tables", ())
            ]
        own = next((t for t in definition.get("tables", ()) if self.is_of(t, by)), {})
        wanted = {name: parameters[name] for name in ("pivot", "top", "sort") if name in parameters}
        if own and not wanted:
            wanted = {name: own[name] for name in ("sort", "maxRows") if name in own}
        return [
            Spec.of(
                {"dimensions": by} | wanted, inside or own.get("measures") or self.inside(definition["summary"]), title=None,
                totals=parameters.get("totals", True),
                compare=own.get("compare") or parameters.get("compare") not in (None, "none"),
            )
        ]

    def inside(self, names):
        """Those with a value in a group."""
        return [name for name in names if self.oracle.measures[name]["op"] not in PEAKS]

    @staticmethod
    def is_of(table, dimensions):
        return not {"pivot", "top"} & set(table) and (table.get("dimensions") or [table["dimension"]]) == dimensions

    def nothing(self, name):
        return self.value(name, self.oracle.nothing())


def change(measure, now, before):
    """Difference and percent of two rounded values."""
    numbers = isinstance(now, Fraction) and isinstance(before, Fraction)
    form = measure.get("format", "integer")
    if not numbers or form in ("hour", "text", "datetime", "date"):
        return None, None
    percent = None if before == 0 or form == "percent" else rounded((now - before) / abs(before) * 100, 1)
    return now - before, percent
