"""The Postman collection runs green by newman against a running Jobwire (tests/contract/test_postman.py: it has everything)."""
import json
import subprocess

from stack import TOP, clean_env

COLLECTION = TOP / "docs/postman/jobwire.postman_collection.json"


def test_newman_runs_the_collection_green(stack, tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            TOP / "dev/newman", "run", COLLECTION, "--reporters", "cli,json", "--reporter-json-export", report,
            "--color", "off", "--timeout", "150000",
            "--env-var", f"baseUrl=http://127.0.0.1:{stack.gateway_port}", "--env-var", f"token={stack.token()}",
            "--env-var", f"apiKey={stack.api_key()}",
            "--env-var", f"adminToken={stack.token(permissions=(), roles=('Admin',))}",
            "--env-var", "at=2021-01-18T06:00:00Z",  # where the tests have records
        ],
        env=clean_env(), capture_output=True, text=True, check=False,
    )
    (stack.dir / "newman.txt").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout[-15000:] + done.stderr[-3000:]
    run = json.loads(report.read_text())["run"]
    assert not run["failures"] and not run["stats"]["assertions"]["failed"]
    requests = {item["id"] for folder in json.loads(report.read_text())["collection"]["item"] for item in folder["item"]}
    assert {execution["item"]["id"] for execution in run["executions"]} == requests, "a request was left out"
    for execution in run["executions"]:
        if not execution["item"]["name"].startswith("Poll"):
            assert execution["assertions"], f"{execution['item']['name']} asserts nothing"
