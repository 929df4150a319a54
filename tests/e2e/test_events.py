"""What becomes of a job, as a client with server-sent events sees it."""

import json
import threading

import requests

from stack import JOBS, Stack, everything, weekly
from wait import until

STREAMS = 200


def parse(text):
    """The events of a stream, each as (event, id, data); comments and retry are left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], fields["id"], json.loads(fields["data"])))
    return found


class Reader(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, client, job_id, last=None):
        super().__init__(daemon=True)
        self.text = ""
        headers = {"Authorization": f"Bearer {client.token}"} | ({"Last-Event-ID": last} if last else {})
        url = f"http://127.0.0.1:{client.stack.gateway_port}{JOBS}/{job_id}/events"
        self.answer = requests.get(url, headers=headers, stream=True, timeout=60)
        assert self.answer.status_code == 200, f"{self.answer.status_code} {self.answer.text}"
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        self.start()

    def run(self):
        for piece in self.answer.iter_content(None):
            self.text += piece.decode()

    def events(self):
        return parse(self.text)


def test_events_of_a_job(stack, api):
    """From the answer of POST to the file, without asking once."""
    job_id = api.create(everything(name="Watched", format="xlsx"))
    reader = Reader(api, job_id)
    reader.join(60)
    assert not reader.is_alive(), reader.text
    events = reader.events()
    assert reader.text.startswith("retry: ")
    assert [e for e, _, _ in events[-3:]] == ["progress", "status", "end"]
    statuses = [data["status"] for event, _, data in events if event == "status"]
    assert statuses[-1] == "completed" and len(set(statuses)) == len(statuses), statuses
    progress = [data for event, _, data in events if event == "progress"]
    assert [p["percentage"] for p in progress] == sorted(p["percentage"] for p in progress)
    assert progress[-1]["percentage"] == 100 and progress[-1]["recordsProcessed"] > 0
    last = events[-1]
    job = api.job(job_id)
    assert last[2]["output"]["downloadUrl"] == job["result"]["downloadUrl"]
    assert progress[-1] == job["progress"]
    # Comes again: with all of it seen there is nothing more, without it all is told again.
    assert api.get(f"/{job_id}/events", headers={"Last-Event-ID": last[1]}).status_code == 204
    again = Reader(api, job_id)
    again.join(30)
    assert [e for e, _, _ in again.events()] == ["progress", "status", "end"]
    assert stack.api(subject="u-stranger", departments=["elsewhere"]).get(f"/{job_id}/events").status_code == 404


def test_a_failure_is_told(stack, api):
    job_id = api.create(weekly(name="Not to be", scheduledFor="2099-01-01T00:00:00Z"))
    reader = Reader(api, job_id)
    until(lambda: "scheduled" in reader.text, 30, "its state is told")
    assert api.post(f"/{job_id}/cancel").status_code == 200
    reader.join(30)
    assert [(e, d["status"]) for e, _, d in reader.events()] == [
        ("status", "scheduled"), ("status", "cancelled"), ("end", "cancelled"),
    ]


def test_many_streams_and_a_gateway_that_ends(calls_csv):
    """Hundreds of streams shut out nobody, end with the gateway, and go on at the next one where they were."""
    with Stack("events", env={"gateway": {"JW_EVENTS_CALLER_MAX": str(STREAMS)}}) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("gateway", "scheduler"))
        client = stack.api()
        jobs = [client.create(weekly(name=f"Watched {n}", format="csv")) for n in range(20)]
        readers = [Reader(client, jobs[n % len(jobs)]) for n in range(STREAMS)]
        until(lambda: all(r.events() for r in readers), 60, "all are told the present state")
        answer = client.get(f"/{jobs[0]}/events")
        assert answer.status_code == 429 and answer.json()["error"]["code"] == "TOO_MANY_STREAMS"
        assert int(answer.headers["Retry-After"]) > 0
        for job_id in jobs:
            assert client.job(job_id)["status"] == "pending"
        assert client.post(json=weekly(name="One more", scheduledFor="2099-01-01T00:00:00Z")).status_code == 201
        gateway = stack.running("gateway")[0]
        assert f"jobwire_event_streams {STREAMS}" in gateway.get("/metrics").text

        gateway.stop()
        for reader in readers:
            reader.join(30)
            assert not reader.is_alive() and [e for e, _, _ in reader.events()] == ["status"], reader.text
        stack.start("gateway")
        again = [Reader(client, jobs[n], readers[n].events()[-1][1]) for n in range(len(jobs))]
        assert not [r for r in again if r.events()], "what was seen is not told again"
        stack.start("executor")
        for reader in again:
            reader.join(90)
            assert not reader.is_alive(), reader.text
            events = reader.events()
            assert events[-1][0] == "end" and events[-1][2]["status"] == "completed", events
            assert sum(event == "end" for event, _, _ in events) == 1
