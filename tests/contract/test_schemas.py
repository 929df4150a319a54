"""The JSON Schemas and their examples agree (check_schemas.py), and a tree with a mistake is refused."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import jsonschema
import pytest

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parents[1] / "schemas"


def check(folder):
    return subprocess.run([sys.executable, HERE / "check_schemas.py", folder], capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(SCHEMAS, tmp_path / "schemas")


def edit(path, change):
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def refused(folder, name):
    done = check(folder)
    assert done.returncode == 1 and name in done.stderr, done.stdout + done.stderr
    assert "1 problems" in done.stdout


def test_schemas_and_examples_agree():
    done = check(SCHEMAS)
    assert done.returncode == 0, done.stderr


def test_no_two_examples_are_one_event():
    """Whoever follows one page after the other gets a job from each: the same source and id would make none."""
    pages = [SCHEMAS / "README.md", SCHEMAS.parent / "README.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    shown = re.findall(r"ce_source=(\S+) -H \"?ce_id=([^\s\"]+)", text)
    assert shown, "the pages show how"
    for path in sorted((SCHEMAS / "examples/cloudevent.v1/valid").glob("*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        pair = (event["source"], event["id"])
        assert pair not in shown, path.name
        shown.append(pair)


def test_a_valid_example_that_the_schema_refuses(copy):
    edit(copy / "examples/job.cancel.v1/valid/smallest.json", lambda value: value.pop("jobId"))
    refused(copy, "valid/smallest.json")


def test_an_invalid_example_that_the_schema_takes(copy):
    example = copy / "examples/job.cancel.v1/invalid/no-job-id.json"
    shutil.copy(copy / "examples/job.cancel.v1/valid/smallest.json", example)
    refused(copy, "invalid/no-job-id.json")


def test_an_invalid_example_refused_at_another_place(copy):
    edit(copy / "examples/job.cancel.v1/invalid.json", lambda value: value["unknown-mode"].update(pointer="/actor"))
    refused(copy, "invalid/unknown-mode.json")


def test_a_format_that_the_code_has_not(copy):
    edit(copy / "common/formats.v1.json", lambda value: value["enum"].append("docx"))
    refused(copy, "common/formats.v1.json")


def test_a_message_that_asyncapi_does_not_name(copy):
    text = (copy / "asyncapi.yaml").read_text(encoding="utf-8")
    (copy / "asyncapi.yaml").write_text(text.replace("messages/job.cancel.v1.json", ""), encoding="utf-8")
    refused(copy, "messages/job.cancel.v1.json")


def test_a_report_file_is_what_its_schema_says():
    """The file that tests/unit/executor/test_json.c expects byte for byte, its members in the schema's order."""
    schema = json.loads((SCHEMAS / "report-file.v1.json").read_text(encoding="utf-8"))
    file = json.loads((SCHEMAS.parent / "tests/data/report-file.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(file)
    assert list(file) == list(schema["properties"])
    del file["figures"][0]["text"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(file)
