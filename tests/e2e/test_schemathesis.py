"""schemathesis against a running gateway: what it answers to requests made of its own /openapi.json is what the file says.

The same requests each time. SCHEMATHESIS_EXAMPLES (3 unless given) is how many of the fuzzing phase an operation gets;
SCHEMATHESIS_PHASES names other phases: `make contract` runs all of them for longer.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack import ALL_PERMISSIONS, Stack, clean_env, weekly

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "3")
PHASES = os.environ.get("SCHEMATHESIS_PHASES", "examples,fuzzing,stateful")
# 412 and 422: preconditions and keys of a schema-valid request may be those of another state; 410 and 416: so may a file be
CONFIG = """
continue-on-failure = true
request-timeout = 60.0 # a report, and its mails, are waited for

[auth.openapi.bearer]
bearer = "{token}"

[auth.openapi.api_key]
api_key = "{key}"

# the list of a job's links is there when all of them are revoked
[[operations]]
include-name = "GET /api/v2/reports/jobs/{{jobId}}/links"
checks.use_after_free.enabled = false

[checks.positive_data_acceptance]
enabled = false # what_the_file_allows_is_taken calls it
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "416", "422", "429"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415"]

# deleting all links of a job leaves its list, which has none
[[operations]]
include-operation-id = "listReportLinks"

[operations.checks.use_after_free]
enabled = false
"""


@pytest.fixture(scope="module")
def stack(calls_csv):
    with Stack("schemathesis") as whole:
        whole.import_csv(calls_csv)
        yield whole.start_all()


def with_data(document, stack):
    """The file with what it cannot know: the report types and the ids that are there."""
    api = stack.api(roles=("admin",))
    job = api.create(weekly())
    api.wait(job)
    made = api.post(f"/{job}/links").json()["data"]
    template = api.post("/api/v2/reports/templates", json={"name": "T", "settings": {"reportType": "call-records"}}).json()
    types = [each["type"] for each in api.get("/api/v2/reports/types").json()["data"]]
    components = document["components"]
    components["schemas"]["ReportRequestReportType"]["enum"] = types + [f"report-type.{name}" for name in types]
    components["parameters"]["JobId"]["example"] = job
    components["parameters"]["TemplateId"]["example"] = template["data"]["id"]
    report = api.post("/report/generate-email-report", json={"reportType": "Weekly"})
    components["parameters"]["ExecutionId"]["example"] = report.json()["reportId"]
    hooks = api.post("/report/webhooks", json={"url": "https://hooks.example.com/x", "events": ["report.sent"]}).json()
    components["parameters"]["WebhookId"]["example"] = hooks["id"]
    create = document["paths"]["/api/v2/reports/jobs"]["post"]
    for example in create["requestBody"]["content"]["application/json"]["examples"].values():
        if "templateId" in example["value"]:
            example["value"]["templateId"] = template["data"]["id"]
    for path, name, value in (
        ("/api/v2/reports/jobs/{jobId}/links/{linkId}", "linkId", made["id"]),
        ("/links/{token}", "token", made["url"].rsplit("/", 1)[1]),
    ):
        item = document["paths"][path]
        both = item.get("parameters", []) + item.get("get", {}).get("parameters", [])
        next(p for p in both if p.get("name") == name)["example"] = value
    return document


def test_the_gateway_answers_as_its_file_says(stack, tmp_path):
    url = f"http://127.0.0.1:{stack.gateway_port}"
    document = with_data(stack.session.get(f"{url}/openapi.json", timeout=10).json(), stack)
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    token = stack.token(permissions=ALL_PERMISSIONS, roles=("admin",), expires="2h")
    (tmp_path / "schemathesis.toml").write_text(CONFIG.format(token=token, key=stack.api_key()))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", tmp_path / "schemathesis.toml", "run"]
    options = ["--url", url, "--phases", PHASES, "--max-examples", EXAMPLES, "--generation-deterministic", "--no-color"]
    options += ["--suppress-health-check", "all"]  # a slow machine is no fault of the gateway
    done = subprocess.run(
        [*command, tmp_path / "openapi.json", *options],
        env=clean_env(SCHEMATHESIS_HOOKS="schemathesis_hooks", PYTHONPATH=str(Path(__file__).parent)),
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )
    (stack.dir / "schemathesis.txt").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-5000:]
    assert f"Selected: {len(list(operations(document)))}/" in done.stdout, done.stdout[-3000:]


def operations(document):
    for item in document["paths"].values():
        yield from (method for method in item if method in ("get", "post", "put", "patch", "delete"))
