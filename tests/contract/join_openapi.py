"""join_openapi.py: the OpenAPI files of schemas/http as one that refers to nothing outside itself.

    dev/python tests/contract/join_openapi.py --write     writes schemas/http/openapi.json, which the gateway serves

What the files take from other schemas becomes a component of the joined file, under a name made of the schema's file and of
the place in it. A component that two files have under one name, with different contents, gets the API's name in front.
"""
import argparse
import copy
import json
import pathlib
import posixpath
import re
import sys

import yaml

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
JOINED = SCHEMAS / "http/openapi.json"
# what programs call most comes first
LAST = ("openapi-calendars.yaml", "openapi-bounces.yaml", "openapi-links.yaml", "openapi-unsubscribe.yaml", "openapi-docs.yaml")
METHODS = ("get", "post", "put", "patch", "delete")
ABOUT = (
    "All HTTP APIs of Jobwire in one file, joined from those of schemas/http. What an API means by its answers stands in the "
    "description of its tag."
)


def pascal(text):
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))


def at(value, pointer):
    for part in pointer.split("/")[1:]:
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return value


class Joined:
    def __init__(self):
        self.document = {
            "openapi": "3.1.0",
            "info": {"title": "Jobwire", "version": "1.0.0", "description": ABOUT},
            "servers": [{"url": "/"}],
            "tags": [],
            "paths": {},
            "components": {},
        }
        self.files = {}
        self.places = {}  # where each component's schema is from

    def schema(self, path):
        if path not in self.files:
            self.files[path] = json.loads((SCHEMAS / path).read_text(encoding="utf-8"))
        return self.files[path]

    def outside(self, path, pointer):
        """The reference to a component that is the value at a pointer of a schema file."""
        steps = [s for s in pointer.split("/") if s not in ("", "$defs", "properties")]
        name = pascal(re.sub(r"\.v1\.json$", "", posixpath.basename(path))) + "".join(map(pascal, steps))
        schemas = self.document["components"].setdefault("schemas", {})
        if self.places.setdefault(name, (path, pointer)) != (path, pointer):
            sys.exit(f"{path}#{pointer} and {'#'.join(self.places[name])} would both be {name}; call one otherwise")
        if name not in schemas:
            schemas[name] = {}  # there already when it refers to itself
            value = copy.deepcopy(at(self.schema(path), pointer))
            for member in ("$id", "$schema", "$defs"):
                value.pop(member, None)
            schemas[name] = self.within(value, path, {})
        return f"#/components/schemas/{name}"

    def reference(self, ref, path, renamed):
        file, _, pointer = ref.partition("#")
        if file:
            return self.outside(posixpath.normpath(posixpath.join(posixpath.dirname(path), file)), pointer)
        if path.endswith(".json"):
            return self.outside(path, pointer)
        return renamed.get(ref, ref)

    def within(self, value, path, renamed):
        """The value with its references to files made references to components."""
        if isinstance(value, list):
            return [self.within(item, path, renamed) for item in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            value = value | {"$ref": self.reference(value["$ref"], path, renamed)}
        return {name: item if name == "$ref" else self.within(item, path, renamed) for name, item in value.items()}

    def names(self, api, components):
        """Which of a file's components must be called otherwise."""
        renamed = {}
        for sort, items in components.items():
            for name, value in items.items():
                other = self.document["components"].get(sort, {}).get(name)
                if other is not None and other != value:
                    renamed[f"#/components/{sort}/{name}"] = f"#/components/{sort}/{pascal(api)}{name}"
        return renamed

    def add(self, path):
        api = re.fullmatch(r"openapi-(\w+)\.yaml", path.name)[1]
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        here = f"http/{path.name}"
        components = document.get("components", {})
        renamed = self.names(api, components)
        for sort, items in components.items():
            into = self.document["components"].setdefault(sort, {})
            for name, value in items.items():
                pointer = f"#/components/{sort}/{name}"
                into[renamed.get(pointer, pointer).rsplit("/", 1)[1]] = self.within(value, here, renamed)
        tags = document.get("tags") or [{"name": api}]
        first = {"description": document["info"].get("description", "")}
        self.document["tags"] += [first | tag if i == 0 else tag for i, tag in enumerate(tags)]
        for template, item in document["paths"].items():
            if template in self.document["paths"]:
                sys.exit(f"{path.name}: another file has {template} as well")
            item = self.within(item, here, renamed)
            for method in METHODS:
                if method in item:
                    item[method].setdefault("security", document.get("security", []))
                    item[method].setdefault("tags", [tags[0]["name"]])
            self.document["paths"][template] = item


def joined():
    """The text of the joined file."""
    result = Joined()
    files = (SCHEMAS / "http").glob("openapi-*.yaml")
    for path in sorted(files, key=lambda p: (LAST.index(p.name) if p.name in LAST else -1, p.name)):
        result.add(path)
    return json.dumps(result.document, indent=1, ensure_ascii=False) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        JOINED.write_text(joined(), encoding="utf-8")
    elif JOINED.read_text(encoding="utf-8") != joined():
        sys.exit("schemas/http/openapi.json is not what the files say; write it with --write")


if __name__ == "__main__":
    main()
