"""The OpenAPI files are complete and sound, and the check of answers by them sees what is wrong."""
import copy
import json

import pytest

from join_openapi import JOINED, joined
from openapi import OpenApi, SCHEMAS, every_file

JOBS = "/api/v2/reports/jobs"
ID = "019480a4-5f00-7000-8000-000000000001"
JSON = {"Content-Type": "application/json"}
REFUSAL = {"success": False, "error": {"code": "X", "message": "m", "details": [{"pointer": "/a", "message": "m"}]}}


@pytest.fixture
def api():
    return OpenApi(SCHEMAS / "http/openapi-reports.yaml")


def weekly(document):
    media = document["paths"][JOBS]["post"]["requestBody"]["content"]["application/json"]
    return media["examples"]["weekly"]["value"]


def answer_of_create(document):
    return document["paths"][JOBS]["post"]["responses"]["201"]["content"]["application/json"]["example"]


def test_files_are_sound():
    for api in every_file():
        assert api.problems_of_file() == []


def test_the_joined_file_is_that_of_the_files():
    """dev/python tests/contract/join_openapi.py --write"""
    assert JOINED.read_text(encoding="utf-8") == joined()


def test_the_joined_file_has_all_and_stands_alone():
    api = OpenApi(JOINED)
    described = {(method, path): operation for method, path, operation, _ in api.operations()}
    for file in every_file():
        for method, path, operation, _ in file.operations():
            there = described.pop((method, path))
            assert there["operationId"] == operation["operationId"]
            assert there["security"] == operation.get("security", file.document["security"])
            assert list(there["responses"]) == list(operation["responses"])
    assert not described
    assert api.broken_references(api.document, "#") == []
    assert all(ref.startswith("#/") for ref in references(api.document))


def references(value):
    if isinstance(value, list):
        return [ref for item in value for ref in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [ref for item in value.values() for ref in references(item)]


@pytest.mark.parametrize(
    "change, problem",
    [
        (lambda d: d["paths"][JOBS]["get"]["responses"].pop("405"), f"GET {JOBS} says nothing of 405"),
        (lambda d: d["paths"][JOBS]["post"]["responses"].pop("413"), f"POST {JOBS} says nothing of 413"),
        (lambda d: d["paths"][JOBS]["get"].update(operationId="createReportJob"), "operationId createReportJob is there twice"),
        (
            lambda d: d["paths"][f"{JOBS}/{{jobId}}/download"]["get"]["parameters"].pop(),
            f"GET {JOBS}/{{jobId}}/download says nothing of If-Unmodified-Since",
        ),
        (
            lambda d: d["components"]["responses"]["Unavailable"].pop("headers"),
            f"GET {JOBS}: 503 has no Retry-After",
        ),
        (lambda d: d["components"]["responses"]["Gone"].pop("content"), "the body of 410 is no Error"),
        (lambda d: d["components"]["schemas"].pop("Progress"), "there is nothing at #/components/schemas/Progress"),
        (
            lambda d: weekly(d).pop("name"),
            "example weekly: $: 'name' is a required property",
        ),
        (
            lambda d: answer_of_create(d)["data"].update(status="done"),
            "example of 201: $.data.status: 'done' is not one of",
        ),
    ],
)
def test_a_mistake_is_seen(api, change, problem):
    api.document = copy.deepcopy(api.document)
    change(api.document)
    assert any(problem in found for found in api.problems_of_file())


@pytest.mark.parametrize(
    "method, path, status, headers, body, problem",
    [
        ("GET", JOBS, 400, JSON, REFUSAL, None),
        ("GET", JOBS + "/", 400, JSON, REFUSAL, None),
        ("GET", "/livez", 200, JSON, {}, None),
        ("GET", JOBS, 418, JSON, REFUSAL, "418 is not among the answers"),
        ("GET", JOBS, 400, {"Content-Type": "text/html"}, REFUSAL, "400 is text/html, not application/json"),
        ("GET", JOBS, 400, JSON, {"success": False}, "'error' is a required property"),
        ("POST", JOBS, 201, JSON, {"success": True, "data": {"id": ID, "status": "pending"}}, None),
        ("POST", JOBS, 201, JSON, {"success": True, "data": {"id": ID, "status": "done"}}, "'done' is not one of"),
        ("POST", JOBS, 201, JSON | {"Idempotent-Replayed": "no"}, {"success": True, "data": {"id": ID, "status": "pending"}},
         "Idempotent-Replayed: $: 'true' was expected"),
        ("GET", JOBS + "/1/download", 304, {}, "x", "304 has a body"),
    ],
)
def test_answers(api, method, path, status, headers, body, problem):
    text = json.dumps(body) if body is not None else ""
    found = api.problems_of_answer(method, path, status, headers, text)
    assert found == [] if problem is None else any(problem in p for p in found), found
