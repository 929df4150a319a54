"""exposition.py: the answer of /metrics, read by prometheus_client's parser, and held to what that lets pass: the order of
lines, the naming rules of Prometheus, histograms that add up."""

import math
import re

from prometheus_client.parser import text_string_to_metric_families

LINE = re.compile(r'# (HELP|TYPE) ([a-z_]+) (\S.*)|([a-z_]+)(?:\{([a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (\S+)')
TYPES = ("counter", "gauge", "histogram")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}
# Base units only (seconds, bytes), and no type in a name.
FOREIGN_WORDS = {
    "ms", "millis", "milliseconds", "us", "microseconds", "ns", "minutes", "hours", "days", "kb", "kib", "mb", "mib", "gb",
    "percent", "counter", "gauge", "histogram", "info",
}


def _families_in_order(text):
    """Each family has HELP, TYPE and then its samples, once."""
    assert text.endswith("\n") and "\n\n" not in text and "\r" not in text
    types, seen = {}, set()
    name = None
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        assert match, f"no line of the format: {line!r}"
        word, of, rest, sample = match.group(1, 2, 3, 4)
        if word == "HELP":
            assert of not in types, f"{of} comes twice"
            name, types[of] = of, None
        elif word == "TYPE":
            assert of == name and types[of] is None and rest in TYPES, line
            types[of] = rest
        else:
            assert name and types[name], f"{line!r} comes before HELP and TYPE"
            names = [name + suffix for suffix in SUFFIXES.get(types[name], ("",))]
            assert sample in names, f"{sample} is among the samples of {name}"
            series = line.rsplit(" ", 1)[0]
            assert series not in seen, f"{series} comes twice"
            seen.add(series)
    assert all(types.values()), "a family has HELP and no TYPE"
    return types


def _check_name(name, kind):
    foreign = FOREIGN_WORDS & set(name.split("_"))
    assert not foreign, f"{name} has {foreign} in its name"
    assert (kind == "counter") == name.endswith("_total"), f"{name} is a {kind}"
    if kind == "histogram":
        assert name.endswith(("_seconds", "_bytes")), f"{name} names no unit"
    assert not name.endswith(("_bucket", "_sum", "_count")), f"{name} ends like a part of a histogram"


def _check_histogram(family):
    parts = {}
    for sample in family.samples:
        labels = dict(sample.labels)
        le = labels.pop("le", None)
        part = parts.setdefault(tuple(sorted(labels.items())), {"buckets": []})
        if sample.name.endswith("_bucket"):
            part["buckets"].append((float(le), sample.value))
        else:
            part[sample.name.rpartition("_")[2]] = sample.value
    for labels, part in parts.items():
        limits, counts = zip(*part["buckets"], strict=True)
        assert list(limits) == sorted(set(limits)) and limits[-1] == math.inf, f"{family.name} {labels}: {limits}"
        assert list(counts) == sorted(counts), f"{family.name} {labels} is not cumulative: {counts}"
        assert counts[-1] == part["count"] and part["sum"] >= 0, f"{family.name} {labels} does not add up: {part}"


def read(text):
    """{name: type} of a valid answer."""
    types = _families_in_order(text)
    families = list(text_string_to_metric_families(text))
    plain = {name.removesuffix("_total") if kind == "counter" else name: kind for name, kind in types.items()}
    assert {family.name: family.type for family in families} == plain
    for name, kind in types.items():
        _check_name(name, kind)
    for family in families:
        assert family.documentation.strip(), f"{family.name} has no help"
        assert all(family.type == "gauge" or 0 <= s.value < math.inf for s in family.samples), family
        if family.type == "histogram":
            _check_histogram(family)
    return types
