"""The Postman collection has every operation of the APIs and nothing else, and checks each answer."""
import json
import re

from openapi import SCHEMAS, OpenApi

COLLECTION = SCHEMAS.parent / "docs/postman/jobwire.postman_collection.json"


def folders():
    return json.loads(COLLECTION.read_text(encoding="utf-8"))["item"]


def requests():
    return [(folder["name"], item) for folder in folders() for item in folder["item"]]


def test_every_operation_is_in_the_folder_of_its_tag_and_nothing_else():
    api = OpenApi(SCHEMAS / "http/openapi.json")
    described = {operation["operationId"]: operation["tags"][0] for _, _, operation, _ in api.operations()}
    asked = {}
    for folder, item in requests():
        path = re.sub(r"^\{\{baseUrl\}\}|\?.*$", "", item["request"]["url"]["raw"])
        found = api.find(item["request"]["method"], re.sub(r"\{\{(\w+)\}\}", r"\1", path))
        assert found, f"{item['name']}: there is no {item['request']['method']} {path}"
        asked.setdefault(found[0]["operationId"], set()).add(folder)
    assert set(asked) == set(described)
    assert not {name: tag for name, tag in described.items() if tag not in asked[name]}
    tags = [tag["name"] for tag in api.document["tags"]]
    assert sorted(folder["name"] for folder in folders()) == sorted(set(tags))


def test_every_request_says_what_it_does_and_tests_its_answer():
    for _, item in requests():
        script = "\n".join(line for event in item["event"] if event["listen"] == "test" for line in event["script"]["exec"])
        assert "pm.test(" in script and "pm." in script, item["name"]
        assert item["request"]["description"], item["name"]
