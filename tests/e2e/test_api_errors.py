"""Bad input gets a clear error, and creates nothing."""

import contextlib
import json
import socket
import subprocess
import time
import uuid

import pytest

from stack import ALL_PERMISSIONS, JOBS, claims, sign, weekly

READ_ONLY = ("reports:read",)


def violation_of(answer, status, code):
    """The error of an answer, after all that is true of each of them."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    assert answer.headers["X-Request-Id"]
    body = answer.json()
    assert set(body) == {"success", "error"} and body["success"] is False
    assert set(body["error"]) == {"code", "message", "details"} and body["error"]["message"]
    assert body["error"]["code"] == code, body
    return body["error"]


@pytest.fixture(autouse=True)
def nothing_is_made(stack):
    """Around each test: no job more than before. A test that creates some sets how many."""
    created = {"allowed": 0}
    before = stack.db.jobs.count_documents({})
    yield created
    assert stack.db.jobs.count_documents({}) == before + created["allowed"]


# Bodies that are no JSON: the string, and the place of the error.
BROKEN = {
    "nothing": ("", ""),
    "cut short": ('{"name": "x"', "line 1"),
    "trailing comma": ('{\n  "name": "x",\n}', "line 3"),
    "single quotes": ("{'name': 'x'}", "line 1"),
    "a string": ('"weekly"', "line 1"),
    "two values": ('{"name": "x"} {}', ""),
    "duplicate key": ('{"name": "x",\n "name": "y"}', "line 2"),
    "NaN": ('{"name": NaN}', "line 1"),
    "deep": ('{"a":' * 5000 + "1" + "}" * 5000, ""),
    "lone surrogate": ('{"name": "\\ud800"}', ""),
    "control character": ('{"name": "a\nb"}', "line"),
    "nul": ('{"name": "a\\u0000b"}', ""),
    "huge number": ('{"name": 1e400}', ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_malformed_json(api, name):
    text, where = BROKEN[name]
    error = violation_of(api.post(data=text.encode(), headers={"Content-Type": "application/json"}), 400, "INVALID_JSON")
    assert where in error["message"]
    assert not where or "column" in error["message"]


def test_invalid_utf8(api):
    body = json.dumps(weekly()).encode().replace(b"Weekly", b"W\xff\xfe")
    violation_of(api.post(data=body, headers={"Content-Type": "application/json"}), 400, "INVALID_JSON")


# What is no HTTP, or more of it than a head may have: headers of a GET, its query, and how it is refused.
NO_HTTP = {
    "a length with a sign": (b"Content-Length: +7", "", 400, "BAD_REQUEST"),
    "a length without digits": (b"Content-Length:", "", 400, "BAD_REQUEST"),
    "a length beyond all": (b"Content-Length: 99999999999999999999", "", 413, "PAYLOAD_TOO_LARGE"),
    "a line without a colon": (b"no header", "", 400, "BAD_REQUEST"),
    "a NUL": (b"X-Other: a\0b", "", 400, "BAD_REQUEST"),
    "cookies": (b"Cookie: a" + b"; a" * 2000, "", 431, "HEADERS_TOO_LARGE"),
    "headers": (b"\r\n".join([b"X-Other: y"] * 1500), "", 431, "HEADERS_TOO_LARGE"),
    "parameters": (b"X-Other: y", "&".join(["aaaa"] * 1600), 400, "BAD_REQUEST"),
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http(stack, name):
    header, query, status, code = NO_HTTP[name]
    line = f"GET {JOBS}?{query} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-Request-Id: mine\r\n".encode()
    with socket.create_connection(("127.0.0.1", stack.gateway_port), timeout=30) as connection:
        connection.sendall(line + header + b"\r\n\r\n")
        answer = b""
        with contextlib.suppress(ConnectionResetError):  # what it has not read is lost
            while part := connection.recv(65536):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    assert int(first.split()[1]) == status
    assert b"X-Request-Id: mine" in headers and b"Content-Type: application/json" in headers
    error = json.loads(body)
    assert error["success"] is False and error["error"]["code"] == code


def changed(**changes):
    return {k: v for k, v in (weekly() | changes).items() if v is not ...}


def parameters(**values):
    return changed(parameters=values)


def dates(start, end, **more):
    return parameters(dateRange={"startDate": start, "endDate": end}, **more)


def recipients(*values):
    return changed(delivery={"recipients": list(values)})


# Bodies with one violation each, and its pointer.
WRONG = {
    "not an object": ([], ""),
    "no report type": (changed(reportType=...), "/reportType"),
    "no name": (changed(name=...), "/name"),
    "no parameters": (changed(parameters=...), "/parameters"),
    "no output": (changed(output=...), "/output"),
    "unknown field": (changed(colour="red"), "/colour"),
    "misspelt field": (changed(reprotType="x"), "/reprotType"),
    "prototype": (changed(__proto__={"admin": True}), "/__proto__"),
    "unknown report type": (changed(reportType="weather"), "/reportType"),
    "other lookup": (changed(reportType="output-format.call-records"), "/reportType"),
    "empty name": (changed(name=""), "/name"),
    "long name": (changed(name="x" * 201), "/name"),
    "name of two lines": (changed(name="a\r\nBcc: x@example.com"), "/name"),
    "name is a number": (changed(name=7), "/name"),
    "name is an operator": (changed(name={"$ne": 1}), "/name"),
    "unknown format": (changed(output={"format": "docx"}), "/output/format"),
    "no format": (changed(output={}), "/output/format"),
    "unknown priority": (changed(priority="urgent"), "/priority"),
    "null priority": (changed(priority=None), "/priority"),
    "template": (changed(templateId="t-1"), "/templateId"),
    "scheduled for the past": (changed(scheduledFor="2020-01-01T00:00:00Z"), "/scheduledFor"),
    "scheduled on a date": (changed(scheduledFor="2030-01-01"), "/scheduledFor"),
    "unknown period": (parameters(period={"type": "daily"}), "/parameters/period/type"),
    "period without type": (parameters(period={}), "/parameters/period/type"),
    "bad time of period": (parameters(period={"type": "weekly", "at": "yesterday"}), "/parameters/period/at"),
    "unknown zone": (parameters(period={"type": "weekly", "timeZone": "Mars/Base"}), "/parameters/period/timeZone"),
    "zone with a path": (parameters(timeZone="../../etc/passwd"), "/parameters/timeZone"),
    "start after end": (dates("2021-02-01", "2021-01-01"), "/parameters/dateRange"),
    "no such day": (dates("2021-02-30", "2021-03-01"), "/parameters/dateRange/startDate"),
    "time without zone": (dates("2021-02-01T00:00:00", "2021-03-01"), "/parameters/dateRange/startDate"),
    "no end": (parameters(dateRange={"startDate": "2021-01-01"}), "/parameters/dateRange/endDate"),
    "range and period": (
        dates("2021-01-01", "2021-01-02", period={"type": "weekly"}), "/parameters"),
    "unknown filter": (parameters(filters={"colours": ["red"]}), "/parameters/filters/colours"),
    "operator for values": (parameters(filters={"agents": {"$ne": ""}}), "/parameters/filters/agents"),
    "operator as value": (parameters(filters={"agents": [{"$gt": ""}]}), "/parameters/filters/agents/0"),
    "unknown dimension": (parameters(groupBy=["moon"]), "/parameters/groupBy/0"),
    "unknown measure": (parameters(measures=["joy"]), "/parameters/measures/0"),
    "flag as string": (parameters(includeInactive="yes"), "/parameters/includeInactive"),
    "recipients as string": (changed(delivery={"recipients": "a@example.com"}), "/delivery/recipients"),
    "recipient without at": (recipients("somebody"), "/delivery/recipients/0"),
    "recipient with name": (recipients("A <a@example.com>"), "/delivery/recipients/0"),
    "recipient with newline": (recipients("a@example.com\r\nRCPT TO:<b@example.com>"), "/delivery/recipients/0"),
    "recipient as option": (recipients("-oQ@example.com"), "/delivery/recipients/0"),
    "recipient at an IP address": (recipients("a@127.0.0.1"), "/delivery/recipients/0"),
    "recipient with an encoded word": (recipients("=?x?=@c.example"), "/delivery/recipients/0"),
    "recipient literal": (recipients("a@[127.0.0.1]"), "/delivery/recipients/0"),
    "second recipient": (recipients("a@example.com", "b@@example.com"), "/delivery/recipients/1"),
    "too many recipients": (recipients(*(f"a{n}@example.com" for n in range(101))), "/delivery/recipients"),
    "unknown delivery": (changed(delivery={"cc": []}), "/delivery/cc"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_body(api, name):
    body, pointer = WRONG[name]
    error = violation_of(api.post(json=body), 400, "VALIDATION_ERROR")
    assert all(set(d) == {"pointer", "message"} and d["message"] for d in error["details"])
    assert any(d["pointer"].startswith(pointer) for d in error["details"]), error
    assert len(error["details"]) == 1, error


def test_all_violations_are_reported_at_once(api):
    body = {"name": "", "reportType": "weather", "output": {"format": "docx", "size": 1}, "colour": "red"}
    error = violation_of(api.post(json=body), 400, "VALIDATION_ERROR")
    found = {d["pointer"] for d in error["details"]}
    assert found == {"/name", "/reportType", "/parameters", "/output/format", "/output/size", "/colour"}


def test_too_large_a_body(api):
    violation_of(api.post(json=changed(description="x" * (1 << 20))), 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None,
                                  "application/json; charset=utf-16"])
def test_another_content_type(api, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = api.post(data=json.dumps(weekly()).encode(), headers=headers)
    violation_of(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_query_that_post_does_not_have(api):
    violation_of(api.post("?dryRun=1", json=weekly()), 400, "VALIDATION_ERROR")


# Who may ask


def tokens(stack, tmp_path):
    now = int(time.time())
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", other], check=True)
    good = stack.token()
    head, body, signature = good.split(".")
    return {
        "none": "",
        "no token at all": None,
        "no JWT": "abc",
        "two parts": f"{head}.{body}",
        "no signature": f"{head}.{body}.",
        "cut signature": good[:-4],
        "other payload": f"{head}.{sign(stack.key_file, claims(sub='boss')).split('.')[1]}.{signature}",
        "alg none": "eyJhbGciOiJub25lIn0." + body + ".",
        "expired": sign(stack.key_file, claims(iat=now - 7200, exp=now - 3600)),
        "no expiry": sign(stack.key_file, {k: v for k, v in claims().items() if k != "exp"}),
        "not yet": sign(stack.key_file, claims(nbf=now + 3600)),
        "foreign key": sign(other, claims()),
        "unknown key id": sign(stack.key_file, claims(), kid="other"),
        "path as key id": sign(stack.key_file, claims(), kid="../private.pem"),
        "other issuer": sign(stack.key_file, claims(iss="somebody")),
        "other audience": sign(stack.key_file, claims(aud="elsewhere")),
        "no subject": sign(stack.key_file, {k: v for k, v in claims().items() if k != "sub"}),
    }


def test_tokens_that_are_none(stack, tmp_path):
    for name, token in tokens(stack, tmp_path).items():
        client = stack.api("")
        if token is not None:
            client.token = token
        for answer in (client.post(json=weekly()), client.get(), client.get(f"/{uuid.uuid4()}")):
            violation_of(answer, 401, "UNAUTHORIZED")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), name
    other_scheme = stack.api("").get(headers={"Authorization": "Basic dXNlcjpwYXNz"})
    violation_of(other_scheme, 401, "UNAUTHORIZED")


def test_a_missing_permission(stack, api, nothing_is_made):
    nothing_is_made["allowed"] = 1
    job_id = api.create(weekly(name="Somebody's"))
    api.wait(job_id)
    reader = stack.api(permissions=READ_ONLY, subject="u-reader")
    error = violation_of(reader.post(json=weekly()), 403, "FORBIDDEN")
    assert "reports:create" in error["message"]
    writer = stack.api(permissions=("reports:create",), subject="u-writer")
    for path in ("", f"/{job_id}", f"/{job_id}/download", "/api/v2/reports/types"):
        violation_of(writer.get(path), 403, "FORBIDDEN")
    # The admin sees the job of another, and lacks the permission for what is asked.
    admin = stack.api(permissions=READ_ONLY, roles=("admin",), subject="u-admin")
    assert admin.get(f"/{job_id}").status_code == 200


def test_a_stranger_is_told_nothing(stack, api, nothing_is_made):
    nothing_is_made["allowed"] = 1
    job_id = api.create(weekly(name="Secret"))
    api.wait(job_id)
    stranger = stack.api(subject="u-stranger")
    unknown = str(uuid.uuid4())
    for method, path in (("GET", ""), ("GET", "/download"), ("POST", "/cancel"), ("POST", "/retry")):
        error = violation_of(stranger.request(method, f"/{job_id}{path}"), 404, "JOB_NOT_FOUND")
        assert error == violation_of(stranger.request(method, f"/{unknown}{path}"), 404, "JOB_NOT_FOUND")
        for malformed in ("7", "x" * 300, "%24ne", unknown + "0", unknown.replace("-", "")):
            violation_of(stranger.request(method, f"/{malformed}{path}"), 404, "JOB_NOT_FOUND")
    assert stranger.get().json()["data"] == []
    assert stranger.get(params={"requestedBy": "u-e2e"}).json()["pagination"]["total"] == 0
    assert api.get(f"/{job_id.upper()}").status_code == 200


def test_departments(stack, nothing_is_made):
    support = stack.api(subject="u-support", departments=("support", "sales"))
    error = violation_of(
        support.post(json=parameters(filters={"departmentIds": ["support", "billing", "admin"]})),
        403, "DEPARTMENT_FORBIDDEN",
    )
    assert [d["pointer"] for d in error["details"]] == [
        "/parameters/filters/departmentIds/1", "/parameters/filters/departmentIds/2",
    ]
    # Asking for nothing is asking for one's own.
    nothing_is_made["allowed"] = 2
    body = weekly(format="csv", name="Own departments")
    mine = support.create(body)
    job = support.wait(mine)
    assert sorted(job["departments"]) == ["sales", "support"]
    lines = support.download(mine).text.splitlines()[1:]
    assert lines and {line.split(",")[3] for line in lines} == {"support", "sales"}
    body["parameters"]["filters"] = {"departmentIds": ["sales"]}
    lines = support.download(support.wait(support.create(body))["id"]).text.splitlines()[1:]
    assert lines and {line.split(",")[3] for line in lines} == {"sales"}
    # A colleague of both departments sees it, one of another does not.
    assert stack.api(subject="u-peer", departments=("sales", "support", "admin")).get(f"/{mine}").status_code == 200
    for other in (("sales",), ("billing",)):
        narrow = stack.api(subject="u-narrow", departments=other, roles=("admin",))
        violation_of(narrow.get(f"/{mine}"), 404, "JOB_NOT_FOUND")
        assert mine not in {job["id"] for job in narrow.get(params={"limit": 100}).json()["data"]}


# Lists and methods

NUMBERS = ["0", "-1", "2147483648", "9223372036854775808", "1e3", " 5", "5 ", "+5", "0x10", "", "x", "1.0", "５"]


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("value", NUMBERS)
def test_bad_numbers(api, name, value):
    error = violation_of(api.get(params={name: value}), 400, "VALIDATION_ERROR")
    assert [d["pointer"] for d in error["details"]] == [f"/{name}"]


@pytest.mark.parametrize("query", [
    "limit=101", "status=done", "reportType=weather", "sortBy=name", "sortOrder=up", "fromDate=yesterday",
    "fromDate=2021-01-02&toDate=2021-01-01", "page=1&page=2", "colour=red", "status[$ne]=x", "requestedBy=", "toDate=2021-02-30",
])
def test_bad_queries(api, query):
    violation_of(api.get(f"?{query}"), 400, "VALIDATION_ERROR")


def test_good_numbers_and_orders(api, stack, nothing_is_made):
    nothing_is_made["allowed"] = 3
    mine = stack.api(subject="u-lists")
    for priority in ("low", "high", "normal"):
        mine.wait(mine.create(weekly(name=priority, priority=priority, format="csv")))

    def names(**query):
        return [job["name"] for job in mine.get(params=query).json()["data"]]

    assert names() == ["normal", "high", "low"]
    assert names(sortBy="createdAt", sortOrder="asc") == ["low", "high", "normal"]
    assert names(sortBy="priority") == ["high", "normal", "low"]
    assert names(sortBy="priority", sortOrder="asc") == ["low", "normal", "high"]
    assert names(limit=2) == ["normal", "high"] and names(limit=2, page=2) == ["low"] and names(page=1000000) == []
    assert mine.get(params={"limit": 2}).json()["pagination"] == {"page": 1, "limit": 2, "total": 3, "pages": 2}
    assert names(status="completed", reportType="report-type.call-records") == ["normal", "high", "low"]
    assert names(status="failed") == [] and names(toDate="2021-01-01") == [] and len(names(fromDate="2021-01-01")) == 3


def test_methods(stack, api):
    cases = {
        "": ("GET", "HEAD", "OPTIONS", "POST"),
        f"/{uuid.uuid4()}": ("GET", "HEAD", "OPTIONS"),
        f"/{uuid.uuid4()}/cancel": ("OPTIONS", "POST"),
        f"/{uuid.uuid4()}/download": ("GET", "HEAD", "OPTIONS"),
        "/api/v2/reports/types": ("GET", "HEAD", "OPTIONS"),
    }
    for path, allowed in cases.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "BREW"} - set(allowed):
            answer = api.request(method, path)
            violation_of(answer, 405, "METHOD_NOT_ALLOWED")
            assert sorted(answer.headers["Allow"].split(", ")) == sorted(allowed)
        answer = api.request("OPTIONS", path)
        assert answer.status_code == 204 and sorted(answer.headers["Allow"].split(", ")) == sorted(allowed)
    for path in ("", "/api/v2/reports/types"):
        head, get = api.request("HEAD", path), api.get(path)
        assert head.status_code == get.status_code == 200 and head.content == b""
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
    for path in ("/api/v2/reports/job", "/api/v2/reports/jobs/x/y/z", "/api/v2"):
        assert api.get(path).status_code == 404
    types = {t["type"]: t for t in api.get("/api/v2/reports/types").json()["data"]}
    assert {"call-records", "learning-activity"} <= set(types)
    assert "departmentIds" in types["call-records"]["filters"]


def test_request_ids(api):
    assert api.get(headers={"X-Request-Id": "mine-1"}).headers["X-Request-Id"] == "mine-1"
    for bad in ("x" * 129, "a b", "a\tb", "{}\"'"):
        assert api.get(headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


def test_other_wrong_requests(api):
    unknown = uuid.uuid4()
    violation_of(api.get(f"/{unknown}?verbose=1"), 400, "VALIDATION_ERROR")
    for path in ("%00", "%ff", "..%2f", "?page=%00"):  # requests itself mends what is no escape, as "%zz"
        violation_of(api.get(f"{JOBS}/{path}"), 400, "BAD_REQUEST")


# Idempotency-Key


def test_a_key_used_again(api, nothing_is_made):
    nothing_is_made["allowed"] = 1
    key = f"key {uuid.uuid4()}"
    body = weekly(name="Once", format="csv")
    first = api.post(json=body, headers={"Idempotency-Key": key})
    assert first.status_code == 201 and "Idempotent-Replayed" not in first.headers
    other_layout = json.dumps(dict(reversed(body.items())), indent=4).encode()
    again = api.post(data=other_layout, headers={"Idempotency-Key": key, "Content-Type": "application/json"})
    assert again.status_code == 201 and again.headers["Idempotent-Replayed"] == "true"
    for answer in (told := first.json()), (told_again := again.json()):
        for of_the_moment in ("queuePosition", "estimatedWaitTime"):
            answer["data"].pop(of_the_moment, None)
    assert told_again == told and again.headers["Location"] == first.headers["Location"]
    api.wait(first.json()["data"]["id"])
    after = api.post(json=body, headers={"Idempotency-Key": key})
    assert after.status_code == 201 and after.json()["data"]["id"] == first.json()["data"]["id"]
    clash = api.post(json=body | {"name": "Other"}, headers={"Idempotency-Key": key})
    violation_of(clash, 422, "IDEMPOTENCY_KEY_REUSED")


def test_a_key_is_its_callers_own(stack, api, nothing_is_made):
    nothing_is_made["allowed"] = 2
    key = str(uuid.uuid4())
    mine = api.create(weekly(name="Mine"), key=key)
    theirs = stack.api(subject="u-other", permissions=ALL_PERMISSIONS).create(weekly(name="Theirs"), key=key)
    assert mine != theirs


@pytest.mark.parametrize("key", ["x" * 201, "schl\u00fcssel".encode("latin-1"), "a\tb"])
def test_a_bad_key(api, key):
    error = violation_of(api.post(json=weekly(), headers={"Idempotency-Key": key}), 400, "VALIDATION_ERROR")
    assert "Idempotency-Key" in error["message"]


def test_a_refused_body_leaves_its_key_free(api, nothing_is_made):
    nothing_is_made["allowed"] = 1
    key = str(uuid.uuid4())
    violation_of(api.post(json=changed(name=""), headers={"Idempotency-Key": key}), 400, "VALIDATION_ERROR")
    api.create(weekly(), key=key)
