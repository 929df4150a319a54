"""grouped.py: the rows of a table of groups, by DuckDB: several dimensions with sub-totals, one across, the highest with
"(other)", sorted, limited. Written from schemas/README.md, as oracle.py is.

The records of a table are in a table of their own with a column a dimension; what is folded is an UPDATE of that column,
and every row is an aggregate of its records.
"""

import re
from dataclasses import dataclass, field

NONE, OTHER, TOTAL = "(none)", "(other)", "Total"
ROWS_OF_SEVERAL = 10000
MOST_ACROSS = 50


@dataclass
class Spec:
    """What a table of a definition or a request's groupBy says."""

    title: str | None  # of a definition's; None: the only one
    keys: list
    names: list
    across: str | None = None
    totals: bool = False
    top: dict | None = None
    sort: dict | None = None
    most: int = 0
    compare: bool = False

    @classmethod
    def of(cls, table, names, **more):
        dimensions = table.get("dimensions") or [table["dimension"]]
        return cls(
            keys=[name for name in dimensions if name != table.get("pivot")], names=names, across=table.get("pivot"),
            top=table.get("top"), sort=table.get("sort"),
            most=table.get("maxRows", ROWS_OF_SEVERAL if len(dimensions) > 1 else 0), **more,
        )

    @property
    def dimensions(self):
        return self.keys + ([self.across] if self.across else [])

    @property
    def sorted(self):
        return self.sort is not None or self.top is not None


@dataclass
class Row:
    """kind: group, subtotal, total; labels: of its keys; cells: a list of Figure for each head."""

    kind: str
    labels: list
    cells: list = field(default_factory=list)


class Rows:
    """The rows of a table, in order, and the heads of its columns. kept: the groups of the one key that have a row; the
    others are in "(other)"."""

    def __init__(self, report, spec, kept=None):
        self.report, self.oracle, self.spec = report, report.oracle, spec
        self.dimensions = [self.oracle.dimensions[name] for name in spec.dimensions]
        self.by = next((each["by"] for each in (spec.sort, spec.top) if each and each["by"] in self.oracle.measures), None)
        also = [each["by"] for each in (spec.sort, spec.top) if each and each["by"] in self.oracle.measures]
        self.names = list(dict.fromkeys([*spec.names, *also]))
        self.nothing = self.oracle.nothing()
        self._load()
        self.places = [self._places(i) for i in range(len(self.dimensions))]
        self.counts = self._counts()
        self.everything = [self._query(f"SELECT g{i}, count(*) FROM grouped GROUP BY g{i}")
                           for i in range(len(self.dimensions))]
        if kept is not None:
            self._keep(0, kept)
        elif spec.top:
            self._keep(0, self._highest(spec.top))
        self.most_groups = self.oracle.definition.get("maxGroups", 1000)
        self.prepared = [[label for label, _ in self.oracle.buckets(one, report.period)] for one in self.dimensions]
        self.more = len(self._values(0)) > self._most(0)
        for i in range(len(spec.keys)):
            if not self._has_own_limit(i, kept) and len(self._values(i)) > self._most(i):
                self._cap(i)
        self.heads = self._across() if spec.across else []
        if spec.most and kept is None:
            self._limit()
        self._compute()
        self.rows = self._rows()

    # The records, a column a dimension

    def _load(self):
        zone = self.report.period.zone
        groups = [self.oracle.group_sql(dimension, zone) for dimension in self.dimensions]
        made = ", ".join(f"coalesce({label}, '{NONE}') AS g{i}, {order} AS o{i}" for i, (label, order) in enumerate(groups))
        _, sql = self.oracle.columns_of(self.names, zone)
        used = sorted(set(re.findall(r'"[^"]+__[a-z]+"', sql)))
        self.oracle.db.execute(
            f"CREATE OR REPLACE TEMP TABLE grouped AS SELECT {', '.join([*used, made])} FROM records WHERE {self.report.chosen}"
        )

        for i, dimension in enumerate(self.dimensions):
            named = self.report.named(dimension)
            if named:
                self.oracle.db.execute("CREATE OR REPLACE TEMP TABLE named (value VARCHAR, name VARCHAR)")
                self.oracle.db.executemany("INSERT INTO named VALUES (?, ?)", list(named.items()))
                self.oracle.db.execute(f"UPDATE grouped SET g{i} = name FROM named WHERE g{i} = value")

    def _sql(self, first, end):
        return ", ".join(f"g{i}" for i in range(first, end))

    def _query(self, sql):
        return self.oracle.rows(sql)

    def _places(self, i):
        """The natural order of a dimension: {label: place}, "(none)" and "(other)" behind."""
        dimension = self.dimensions[i]
        found = {label: (count, order) for label, count, order in
                 self._query(f"SELECT g{i}, count(*), min(o{i}) FROM grouped GROUP BY g{i}")}
        for label, order in self.oracle.buckets(dimension, self.report.period):
            found.setdefault(label, (0, order))
        by_rows = dimension.get("part", "value") == "value"

        def key(label):
            count, order = found[label]
            return label == NONE, -count if by_rows else 0, order, label.encode()

        return {label: place for place, label in enumerate([*sorted(found, key=key), OTHER])}

    def _counts(self):
        """{labels of the keys: records}; of one dimension also the groups without records."""
        n = len(self.spec.keys)
        found = {}
        for *labels, count in self._query(f"SELECT {self._sql(0, n)}, count(*) FROM grouped GROUP BY {self._sql(0, n)}"):
            found[tuple(labels)] = count
        if len(self.dimensions) == 1:
            for label in self.places[0]:
                if label != OTHER:
                    found.setdefault((label,), 0)
        return found

    # What is folded

    def _keep(self, i, labels):
        """Of a dimension these groups alone have rows, or columns, of their own."""
        kept = ", ".join("'" + label.replace("'", "''") + "'" for label in labels) or "NULL"
        self.oracle.db.execute(f"UPDATE grouped SET g{i} = '{OTHER}' WHERE g{i} NOT IN ({kept})" if labels else
                               f"UPDATE grouped SET g{i} = '{OTHER}'")
        before, self.counts = self.counts, {}
        for combination, count in before.items():
            if i < len(combination) and combination[i] not in labels:
                if count == 0:
                    continue
                combination = (*combination[:i], OTHER, *combination[i + 1 :])
            self.counts[combination] = self.counts.get(combination, 0) + count

    def _most(self, i):
        """How many values of a dimension a table shows that says nothing itself."""
        return max(self.most_groups, len(self.prepared[i]))

    def _values(self, i):
        """{label: records} of all values of a dimension, over all its records."""
        found = dict(self.everything[i])
        found.pop(NONE, None)
        return found | {label: found.get(label, 0) for label in self.prepared[i]}

    def _has_own_limit(self, i, kept):
        if len(self.spec.keys) > 1:
            return self.ranks_rows or (i == 0 and self.spec.top is not None)
        return kept is not None or self.spec.top is not None or (not self.spec.across and self.spec.most > 0)

    @property
    def ranks_rows(self):
        """Whether a measure sorts the rows."""
        return self.spec.sort is not None and self.spec.sort["by"] == self.by

    def _cap(self, i):
        """The days of the period, and the first of all other values."""
        values, order = self._values(i), self.places[i]
        if self.ranks_rows:
            self.values = self._aggregate(1)
            rank = {labels[0]: self._by_number(labels, self.spec.sort.get("descending", False)) for labels in self.values}
        else:
            rank = {label: -count for label, count in values.items()}
        others = sorted(values.keys() - set(self.prepared[i]), key=lambda label: (rank[label], order[label]))
        left = self._most(i) - len(self.prepared[i])
        self._keep(i, [*self.prepared[i], *others[:left], NONE])

    def _highest(self, top):
        values = {labels[0]: self.oracle.value(top["by"], base, self.report.totals).value
                  for labels, base in self._aggregate(1).items()}
        order = self.places[0]
        there = sorted(values, key=lambda label: (values[label] is None, -(values[label] or 0), order[label]))
        return there[: top["n"]]

    def _across(self):
        """The labels that go across."""
        i, order = len(self.spec.keys), self.places[-1]
        counts, most = dict(self._query(f"SELECT g{i}, count(*) FROM grouped GROUP BY g{i}")), min(MOST_ACROSS, self._most(i))
        all_of_them = len(order) - 1 <= MOST_ACROSS  # without "(other)"
        if len(counts) > most:
            kept = sorted(counts, key=lambda label: (-counts[label], order[label]))[:most]
            self._keep(i, kept)
            counts = {label: count for label, count in counts.items() if label in kept} | {OTHER: 0}
            all_of_them = False
        return [label for label in order if label in counts or (all_of_them and label != OTHER)]

    def _limit(self):
        n = len(self.spec.keys)
        if not (self.ranks_rows and not self.spec.totals and n > 1):
            self._fold(n, self.spec.most)
        elif len(self.counts) > self.spec.most:  # one list has one "(other)"
            order = sorted(self.counts, key=self._rank(n))
            self._move({combination: (OTHER,) * n for combination in order[self.spec.most - 1 :]})

    def _fold(self, n, most):
        """The last groups of the first n keys into "(other)" of theirs; those of the keys before to half as many first,
        for each of them may get one."""
        if n == 0 or len(self._first(n)) <= most:
            return
        self._fold(n - 1, max(most // 2, 1))
        parents = len(self._first(n - 1))
        kept = set(sorted(self._first(n), key=self._rank(n))[: max(most - parents, 0)])
        self._move({c: (*c[: n - 1], OTHER, *c[n:]) for c in self.counts if c[:n] not in kept})

    def _rank(self, n):
        """How groups of the first n keys stand: by the measure that sorts rows, or has the highest of the first key; else by
        their number of records."""
        counts = self._first(n)
        by_top = self.spec.top is not None and not self.ranks_rows and n == 1

        def natural(combination):
            return [self.places[i][label] for i, label in enumerate(combination)]

        if not self.ranks_rows and not by_top:
            return lambda c: (c[-1] == OTHER, -counts[c], natural(c))
        self.values, name = self._aggregate(n), self.spec.top["by"] if by_top else self.by
        descending = by_top or self.spec.sort.get("descending", False)

        def key(combination):
            value = self.oracle.value(name, self.values.get(combination, self.nothing), self.report.totals).value
            place = (value is None, 0 if value is None else -value if descending else value)
            return OTHER in combination, place, natural(combination)

        return key

    def _first(self, n):
        counts = {}
        for combination, count in self.counts.items():
            counts[combination[:n]] = counts.get(combination[:n], 0) + count
        return counts

    def _move(self, moved):
        """{combination: what its records are under instead}."""
        n = len(self.spec.keys)
        names = ", ".join([f"old{i} VARCHAR" for i in range(n)] + [f"new{i} VARCHAR" for i in range(n)])
        self.oracle.db.execute(f"CREATE OR REPLACE TEMP TABLE moved ({names})")
        made = [(*old, *new) for old, new in moved.items() if old != new]
        if made:
            self.oracle.db.executemany(f"INSERT INTO moved VALUES ({', '.join('?' * 2 * n)})", made)
        sets = ", ".join(f"g{i} = new{i}" for i in range(n))
        same = " AND ".join(f"g{i} = old{i}" for i in range(n))
        self.oracle.db.execute(f"UPDATE grouped SET {sets} FROM moved WHERE {same}")
        before, self.counts = self.counts, {}
        for combination, count in before.items():
            new = moved.get(combination, combination)
            if count or OTHER not in new:
                self.counts[new] = self.counts.get(new, 0) + count

    # Values

    def _aggregate(self, n, across=False):
        """{labels of the first n keys (and the one across): values}."""
        spans, columns = self.oracle.columns_of(self.names, self.report.period.zone)
        keys = [f"g{i}" for i in range(n)] + ([f"g{len(self.spec.keys)}"] if across else [])
        by = f" GROUP BY {', '.join(keys)}" if keys else ""
        found = {}
        for row in self._query(f"SELECT {', '.join([*keys, 'count(*)', columns])} FROM grouped{by}"):
            labels, cells = row[: len(keys)], row[len(keys) + 1 :]
            found[tuple(labels)] = self.oracle.values_of(spans, cells)
        return found

    def _compute(self):
        n = len(self.spec.keys)
        levels = range(n + 1) if self.spec.totals or n > 1 else (n,)
        self.values = {}
        self.cells = {}
        for level in levels:
            self.values |= self._aggregate(level)
            if self.spec.across:
                self.cells |= {(labels[:-1], labels[-1]): base for labels, base in self._aggregate(level, True).items()}
        self.values.setdefault((), self.nothing)

    def _figures(self, base):
        return [self.report.value(name, base) for name in self.spec.names]

    def _row(self, kind, labels):
        cells = [self._figures(self.cells.get((labels, head), self.nothing)) for head in self.heads]
        if not self.spec.across or self.spec.totals:
            cells.append(self._figures(self.values.get(labels, self.nothing)))
        return Row(kind, list(labels), cells)

    # Order

    def _number(self, labels):
        return self.oracle.value(self.by, self.values.get(labels, self.nothing), self.report.totals).value

    def _by_number(self, labels, descending):
        value = self._number(labels)
        return (value is None, 0 if value is None else -value if descending else value)

    def _by_label(self, i, label, descending):
        """By what the label says: parts of a time in their order; numbers as such, in front of texts, and those by their
        characters' codes."""
        if self.dimensions[i].get("part", "value") != "value":
            place = self.places[i][label]
            return (label == NONE, -place if descending else place)
        number = float(label) if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", label) else None
        place = [number is None, number or 0, *label.encode()]
        return (label == NONE, [-part for part in place] + [1] if descending else place)

    def _level_key(self, labels):
        """How a group stands among those of its key."""
        i, label, sort = len(labels) - 1, labels[-1], self.spec.sort
        key, natural = (), self.places[i][label]
        if sort and self.by and sort["by"] == self.by:
            key = self._by_number(labels, sort.get("descending", False))
        elif sort and self.spec.keys[i] == sort["by"]:
            key = self._by_label(i, label, sort.get("descending", False))
        elif not sort and self.spec.top and i == 0:
            key = self._by_number(labels, True)
        return (label == OTHER, key, natural)

    def _rows(self):
        n, sort = len(self.spec.keys), self.spec.sort
        rows = self._below((), list(self.counts))
        if sort and not self.spec.totals and n > 1:
            rows.sort(key=self._list_key)
        if self.spec.totals:
            rows.append(("total", ()))
        return [self._row(kind, labels) for kind, labels in rows]

    def _list_key(self, row):
        """How a row stands in one list of all."""
        sort, labels = self.spec.sort, row[1]
        natural = [self.places[i][label] for i, label in enumerate(labels)]
        if sort["by"] in self.spec.keys:
            i = self.spec.keys.index(sort["by"])
            return (labels[i] == OTHER, self._by_label(i, labels[i], sort.get("descending", False)), natural)
        return (OTHER in labels, self._by_number(labels, sort.get("descending", False)), natural)

    def _below(self, prefix, combinations):
        """Rows of the combinations, which all begin with the prefix."""
        n, inside = len(prefix), {}
        for combination in combinations:
            inside.setdefault(combination[: n + 1], []).append(combination)
        rows = []
        for labels in sorted(inside, key=self._level_key):
            if n + 1 == len(self.spec.keys):
                rows.append(("group", labels))
                continue
            rows += self._below(labels, inside[labels])
            if self.spec.totals:
                rows.append(("subtotal", labels))
        return rows
