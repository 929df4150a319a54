"""jobctl as people and scripts use it, against the running services: jobs, templates, types, verify."""

import csv
import hashlib
import io
import json
import subprocess

import pytest

from stack import clean_env, everything, program


@pytest.fixture(scope="module")
def jobctl(stack, api):
    url = f"http://127.0.0.1:{stack.gateway_port}"

    def run(*arguments, ends=0):
        done = stack.jobctl(*arguments, check=False, JW_GATEWAY_URL=url, JW_TOKEN=stack.token(), TZ="UTC")
        assert done.returncode == ends, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    return run


@pytest.fixture(scope="module")
def published(stack, jobctl):
    """A job of jobctl's own, and its file."""
    body = stack.temp / "jobctl-job.json"
    body.write_text(json.dumps(everything(name="By hand")))
    said = jobctl("submit", "--wait", body).stdout
    job_id = said.split()[1].rstrip(",")
    assert "running" not in said and "\nReport    " in said
    file = stack.temp / "by-hand.csv"
    jobctl("download", job_id, "-o", file)
    return job_id, file


def test_a_file_is_told_from_another(stack, jobctl, published):
    job_id, file = published
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert f"is the file of job {job_id} (By hand): " in jobctl("verify", file, "--job", job_id).stdout
    found = json.loads(jobctl("verify", file, "-o", "json").stdout)
    assert found["published"] and found["sha256"] == digest
    assert job_id in [job["id"] for job in found["jobs"]]
    assert {job["manifest"]["sha256"] for job in found["jobs"]} == {digest}
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    assert found["jobs"][0]["manifest"]["rowsWritten"] == len(rows) - 1
    changed = stack.temp / "changed.csv"
    changed.write_bytes(file.read_bytes()[:-3] + b"9\r\n")
    assert "it is not the file of job" in jobctl("verify", changed, "--job", job_id, ends=1).stderr
    assert "no job that you may see has published it" in jobctl("verify", changed, ends=1).stderr


def test_jobs_are_listed_and_shown(jobctl, api, published):
    job_id, _ = published
    listed = json.loads(jobctl("jobs", "list", "--status", "completed", "-n", 1000, "-o", "json").stdout)
    assert job_id in [job["id"] for job in listed]
    head, *lines = jobctl("jobs", "list", "--type", "call-records", "-o", "wide").stdout.splitlines()
    assert head.split()[:4] == ["ID", "NAME", "TYPE", "EDITION"]
    assert {line.index("call-records") for line in lines} == {head.index("TYPE")}
    assert json.loads(jobctl("jobs", "get", job_id, "-o", "json").stdout) == api.job(job_id)
    shown = dict(line.split(maxsplit=1) for line in jobctl("jobs", "get", job_id).stdout.splitlines())
    assert shown["SHA-256"] == api.job(job_id)["manifest"]["sha256"] and shown["Name"] == "By hand"
    assert "/status" in jobctl("jobs", "list", "--status", "finished", ends=1).stderr
    last = jobctl("jobs", "events", job_id).stdout.splitlines()
    assert len(last) == 1 and last[0].endswith("completed, mail: 0 of 0 sent")


def test_a_job_is_cancelled(jobctl, api):
    job_id = api.create(everything() | {"scheduledFor": "2099-01-01T00:00:00Z"})
    assert "Status        cancelled" in jobctl("jobs", "cancel", job_id, "--reason", "not needed").stdout
    assert api.job(job_id)["cancelReason"] == "not needed"
    assert "409" in jobctl("jobs", "cancel", job_id, ends=1).stderr
    assert "409" in jobctl("jobs", "retry", job_id, ends=1).stderr


def test_what_happens_meanwhile_is_told(stack, api):
    job_id = api.create(everything() | {"scheduledFor": "2099-01-01T00:00:00Z"})
    env = clean_env(JW_GATEWAY_URL=f"http://127.0.0.1:{stack.gateway_port}", JW_TOKEN=stack.token())
    told = subprocess.Popen([program("jobctl"), "jobs", "events", job_id], env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert told.stdout.readline().endswith(" 0%  0 records  scheduled\n")
    assert api.post(f"/{job_id}/cancel").status_code == 200
    rest, problem = told.communicate(timeout=60)
    assert " records  cancelled" in rest.splitlines()[-1] and f"Job {job_id}: cancelled" in problem
    assert told.returncode == 1


def test_templates(stack, jobctl):
    body = stack.temp / "template.json"
    body.write_text(json.dumps({"name": "By hand", "settings": {"reportType": "call-records"}}))
    made = json.loads(jobctl("templates", "create", body, "-o", "json").stdout)
    assert made["id"] in jobctl("templates", "list", "--type", "call-records").stdout
    kept = json.loads(jobctl("templates", "get", made["id"], "-o", "json").stdout)
    assert kept["name"] == "By hand" and kept["settings"] == {"reportType": "call-records"}
    jobctl("templates", "delete", made["id"])
    assert "404" in jobctl("templates", "get", made["id"], ends=1).stderr


def test_types(jobctl, api):
    assert json.loads(jobctl("types", "-o", "json").stdout) == api.get("/api/v2/reports/types").json()["data"]
    assert "answerRate" in jobctl("types", "call-records").stdout
