"""openapi.py: an OpenAPI file of schemas/http as a contract: what is wrong with the file, and with an answer by it.

The end-to-end tests hold every answer of the gateway to it (tests/e2e/stack.py); test_openapi.py looks at the file alone.
"""
import json
import pathlib
import re

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
BASE = "https://jobwire.example/schemas/http/"
# What any operation may answer; 401 and 403 where a caller is asked who it is, 413 and 415 where there is a body, 503
# where the store is asked.
ALWAYS = ("400", "405", "412", "429", "500")
PROBLEM = "application/problem+json"
EVENTS = "text/event-stream"  # its schema is of one event
# what jw_http_reply_file() goes by
OF_FILES = ("Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")


def escaped(part):
    return str(part).replace("~", "~0").replace("/", "~1")


class OpenApi:
    def __init__(self, path):
        self.uri = BASE + path.name
        self.document = yaml.safe_load(path.read_text(encoding="utf-8"))
        resources = [(self.uri, Resource.from_contents(self.document, default_specification=DRAFT202012))]
        for schema in SCHEMAS.glob("**/*.v1.json"):
            if "examples" not in schema.parts:
                contents = json.loads(schema.read_text(encoding="utf-8"))
                resources.append((contents["$id"], Resource.from_contents(contents)))
        self.registry = Registry().with_resources(resources)

    def resolve(self, pointer, value):
        """The place and the value, after local references."""
        while isinstance(value, dict) and "$ref" in value and value["$ref"].startswith("#/"):
            pointer = value["$ref"]
            value = self.document
            for part in pointer[2:].split("/"):
                value = value[part.replace("~1", "/").replace("~0", "~")]
        return pointer, value

    def operations(self):
        """(method, template, operation, its pointer)"""
        for template, item in self.document["paths"].items():
            for method in ("get", "post", "put", "patch", "delete"):
                if method in item:
                    yield method.upper(), template, item[method], f"#/paths/{escaped(template)}/{method}"

    def find(self, method, path):
        """The operation of a request, and its pointer; None: the file says nothing of it."""
        found = None
        for known, template, operation, pointer in self.operations():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)) + "/?"
            if known == ("GET" if method == "HEAD" else method) and re.fullmatch(pattern, path):
                if found is None or "{" not in template:
                    found = operation, pointer
        return found

    def errors(self, pointer, value):
        """What is wrong with a value by the schema at that place."""
        validator = jsonschema.Draft202012Validator(
            {"$ref": self.uri + pointer}, registry=self.registry, format_checker=jsonschema.FormatChecker()
        )
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]

    def problems_of_answer(self, method, path, status, headers, body):
        """What is wrong with an answer. An operation that is not there, or a method, has its own rules (404, 405)."""
        found = self.find(method, path)
        if found is None:
            return []
        operation, place = found
        if str(status) not in operation["responses"]:
            return [f"{status} is not among the answers of {place}"]
        pointer, response = self.resolve(f"{place}/responses/{status}", operation["responses"][str(status)])
        problems = []
        for name, header in response.get("headers", {}).items():
            at, header = self.resolve(f"{pointer}/headers/{escaped(name)}", header)
            if name in headers and header["schema"].get("type") != "integer":
                problems += [f"{name}: {e}" for e in self.errors(f"{at}/schema", headers[name])]
        content = response.get("content", {})
        kind = headers.get("Content-Type", "").split(";")[0]
        if not content:
            return problems + ([f"{status} has a body"] if body else [])
        if "*/*" in content or method == "HEAD":
            return problems
        if kind not in content:
            return problems + [f"{status} is {kind or 'without a type'}, not {', '.join(content)}"]
        if kind == EVENTS or not kind.endswith("json"):
            return problems
        value = json.loads(body)
        return problems + self.errors(f"{pointer}/content/{escaped(kind)}/schema", value)

    def problems_of_file(self):
        problems = []
        ids = [operation["operationId"] for _, _, operation, _ in self.operations()]
        problems += [f"operationId {name} is there twice" for name in sorted(set(ids)) if ids.count(name) > 1]
        for method, template, operation, place in self.operations():
            problems += self._problems_of_operation(f"{method} {template}", operation, place)
        return problems + self.broken_references(self.document, "#")

    def _problems_of_operation(self, name, operation, place):
        problems = []
        wanted = list(ALWAYS) + (["413", "415"] if "requestBody" in operation else [])
        wanted += ["401", "403"] if operation.get("security", self.document["security"]) else []
        problems += [f"{name} says nothing of {status}" for status in wanted if status not in operation["responses"]]
        headers = [p["name"] for p in operation.get("parameters", []) if p.get("in") == "header"]
        if "206" in operation["responses"]:
            problems += [f"{name} says nothing of {header}" for header in OF_FILES if header not in headers]
        for status, response in operation["responses"].items():
            _, response = self.resolve("", response)
            content = response.get("content", {})
            if status in ("429", "503") and "Retry-After" not in response.get("headers", {}):
                problems.append(f"{name}: {status} has no Retry-After")
            media, named = ("application/json", "Error") if PROBLEM not in content else (PROBLEM, "Problem")
            schema = content.get(media, {}).get("schema", {})
            page = "text/html" in content and not self.document["security"] # for people who have only a link
            if int(status) >= 400 and not page and schema.get("$ref") != f"#/components/schemas/{named}":
                problems.append(f"{name}: the body of {status} is no {named}")
        media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        at = f"{place}/requestBody/content/application~1json/schema"
        for title, example in media.get("examples", {}).items():
            problems += [f"{name}: example {title}: {e}" for e in self.errors(at, example["value"])]
        return problems + self._problems_of_answers(name, operation, place)

    def _problems_of_answers(self, name, operation, place):
        """What is wrong with the examples of answers (tests/e2e/test_examples.py: they are real ones)."""
        problems = []
        for status, response in operation["responses"].items():
            at, response = self.resolve(f"{place}/responses/{status}", response)
            for kind, media in response.get("content", {}).items():
                if "example" in media and kind != EVENTS:
                    wrong = self.errors(f"{at}/content/{escaped(kind)}/schema", media["example"])
                    problems += [f"{name}: example of {status}: {e}" for e in wrong]
        return problems

    def broken_references(self, value, pointer):
        if isinstance(value, list):
            return [p for i, item in enumerate(value) for p in self.broken_references(item, f"{pointer}/{i}")]
        if not isinstance(value, dict):
            return []
        problems = []
        if isinstance(value.get("$ref"), str):
            try:
                self.resolve("", value)
                self.registry.resolver(self.uri).lookup(value["$ref"])
            except (KeyError, Unresolvable):
                problems.append(f"{pointer}: there is nothing at {value['$ref']}")
        for name, item in value.items():
            problems += self.broken_references(item, f"{pointer}/{escaped(name)}")
        return problems


def every_file():
    return [OpenApi(path) for path in sorted((SCHEMAS / "http").glob("openapi-*.yaml"))]
