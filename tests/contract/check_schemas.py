#!/usr/bin/env python3
"""Asks the JSON Schemas under schemas/ for the verdicts that tests/contract/test_examples.c gets from our checker.

Every valid example must pass its schema; every invalid one must be refused at (or above) the pointer that invalid.json
names, unless by invalid.json only the checker can know ("by": "checker"). Needs the package jsonschema.
Run: dev/python tests/contract/check_schemas.py [directory of the schemas]; exit status 1 and one line a problem when
something differs. test_schemas.py runs it, on the tree and on trees with a mistake. With --write instead of a directory it
first makes common/formats.v1.json anew from jw/report_formats.h.
"""
import json
import pathlib
import re
import sys

import jsonschema
from referencing import Registry, Resource

TREE = pathlib.Path(__file__).resolve().parents[2]
WRITE = sys.argv[1:] == ["--write"]
TOP = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 and not WRITE else TREE / "schemas"
FORMATS = TOP / "common/formats.v1.json"
PROBLEMS = []


def read(path):
    def no_duplicates(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"{path}: a name is there twice"
        return dict(pairs)

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=no_duplicates)


def pointer(parts):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def formats():
    """The schema of the formats that the table in C has, without and with prefix."""
    table = (TREE / "libs/report/include/jw/report_formats.h").read_text(encoding="utf-8")
    names = re.findall(r"^ +X\((\w+), ", table, re.M)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://jobwire.example/schemas/common/formats.v1.json",
        "title": "The formats of report files",
        "description": "Made by tests/contract/check_schemas.py --write from jw/report_formats.h",
        "enum": names + [f"output-format.{name}" for name in names],
    }
    return json.dumps(schema, indent=2) + "\n"


if WRITE:
    FORMATS.write_text(formats(), encoding="utf-8")


def every_schema():
    """All schemas by their $id, for the $refs from one to another."""
    schemas = [read(path) for path in sorted(TOP.glob("**/*.v1.json")) if "examples" not in path.parts]
    for schema in schemas:
        jsonschema.Draft202012Validator.check_schema(schema)
    return Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in schemas)


REGISTRY = every_schema()


def validator(path):
    return jsonschema.Draft202012Validator(read(path), registry=REGISTRY)


def errors(check, value):
    return [(pointer(error.absolute_path), error.message) for error in check.iter_errors(value)]


def expect_valid(check, path):
    for where, message in errors(check, read(path)):
        PROBLEMS.append(f"{path}: {where or '(whole)'}: {message[:200]}")


def expect_invalid(check, directory, name, expected):
    path = directory / "invalid" / f"{name}.json"
    found = errors(check, read(path))
    if expected["by"] == "checker":
        if found:
            PROBLEMS.append(f"{path}: the schema refuses it too, so 'by' should be 'both'")
    elif not any((expected["pointer"] + "/").startswith(where + "/") for where, _ in found):
        PROBLEMS.append(f"{path}: no error at {expected['pointer']}, but at {[where for where, _ in found]}")


def check_examples(schema_path):
    name = schema_path.name.removesuffix(".json")
    directory = TOP / "examples" / name
    check = validator(schema_path)
    valid = sorted((directory / "valid").glob("*.json"))
    expectations = read(directory / "invalid.json") if (directory / "invalid.json").exists() else {}
    if not valid or not expectations:
        PROBLEMS.append(f"{directory}: needs valid and invalid examples")
    for path in valid:
        expect_valid(check, path)
    for example, expected in expectations.items():
        expect_invalid(check, directory, example, expected)
    return len(valid) + len(expectations)


def check_asyncapi():
    """The document names every message schema and every topic."""
    text = (TOP / "asyncapi.yaml").read_text(encoding="utf-8")
    for path in sorted((TOP / "messages").glob("*.json")):
        if f"messages/{path.name}" not in text:
            PROBLEMS.append(f"{TOP / 'asyncapi.yaml'}: does not name messages/{path.name}")
    for topic in read(TOP / "topics.json")["topics"]:
        if not topic["name"].endswith(".dlq") and topic["name"] not in text:
            PROBLEMS.append(f"{TOP / 'asyncapi.yaml'}: does not name the topic {topic['name']}")


def check_refs():
    """What the YAML documents take from a schema file is there."""
    for document in [TOP / "asyncapi.yaml", *sorted((TOP / "http").glob("*.yaml"))]:
        for file, where in re.findall(r"\$ref: '?(\.[^\s'#]*\.json)(?:#/([^\s']*))?", document.read_text(encoding="utf-8")):
            path = (document.parent / file).resolve()
            value = read(path) if path.is_file() else {}
            for name in where.split("/") if where else ():
                value = value.get(name, {})
            if not value:
                PROBLEMS.append(f"{document}: {file}#/{where} is not there")


def main():
    count = 0
    definitions = [TOP / f"{name}.v1.json" for name in ("report-definition", "mapping", "schedules", "common/calendar")]
    for path in sorted((TOP / "messages").glob("*.json")) + definitions:
        count += check_examples(path)
    for schema, files in (("report-definition", "reports/*.json"), ("language", "languages/*.json"),
                          ("mapping", "mappings/*.json"), ("topics", "topics.json")):
        for path in sorted(TOP.glob(files)):
            expect_valid(validator(TOP / f"{schema}.v1.json"), path)
            count += 1
    check_asyncapi()
    check_refs()
    if FORMATS.read_text(encoding="utf-8") != formats():
        PROBLEMS.append(f"{FORMATS} is not what jw/report_formats.h says; write it anew with --write")
    for problem in PROBLEMS:
        print(problem, file=sys.stderr)
    print(f"{count} files judged, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
