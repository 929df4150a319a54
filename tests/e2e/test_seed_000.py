"""The contract of the report jobs' API, line by line: a test a line, named after it, on one running Jobwire.

The finer points of each stand in the files beside this one; who may do what is the table of test_authorization.py.
"""
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from stack import CONTRACTS, JOBS, weekly
from wait import until

LATER = "2099-01-01T00:00:00Z"
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


def refused(answer, status, code, *pointers):
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert [d["pointer"] for d in answer.json()["error"]["details"]] == list(pointers), answer.text


def failed(stack, api, **more):
    """A job that failed for good: its report type was there when it was asked for, and is gone."""
    job_id = api.create(weekly(scheduledFor=LATER, **more))
    spec = stack.db.jobs.find_one({"_id": job_id})["spec"].replace("call-records", "gone-records")
    now = datetime.now(UTC)
    stack.db.jobs.update_one({"_id": job_id}, {"$set": {"spec": spec, "notBefore": now, "scheduledFor": now}})
    api.wait(job_id, "failed")
    return job_id


@pytest.fixture(scope="module")
def done(api):
    """One completed job."""
    return api.wait(api.create(weekly(format="csv", name="Done", description="Two\nlines", priority="high")))


# 1. POST /jobs


def test_post_answers_201_with_location_id_and_status(api):
    answer = api.post(json=weekly(scheduledFor=LATER))
    data = answer.json()["data"]
    assert answer.status_code == 201 and answer.json()["success"] is True
    assert uuid.UUID(data["id"]) and data["status"] == "scheduled"
    assert answer.headers["Location"].endswith(f"{JOBS}/{data['id']}")


@pytest.mark.parametrize("member", ["reportType", "name", "parameters", "output"])
def test_required_members(api, member):
    refused(api.post(json={k: v for k, v in weekly().items() if k != member}), 400, "VALIDATION_ERROR", f"/{member}")


def test_output_format_is_required(api):
    refused(api.post(json=weekly() | {"output": {}}), 400, "VALIDATION_ERROR", "/output/format")


def test_lookup_values_are_taken_with_and_without_their_prefix(api):
    plain, prefixed = (
        api.job(api.create(weekly(scheduledFor=LATER) | {
            "reportType": f"{a}call-records", "output": {"format": f"{b}csv"}, "priority": f"{c}high"}))
        for a, b, c in (("", "", ""), ("report-type.", "output-format.", "report-priority."))
    )
    for member in ("reportType", "priority", "status"):
        assert plain[member] == prefixed[member]
    assert (plain["reportType"], plain["priority"]) == ("call-records", "high")


@pytest.mark.parametrize("change, pointer", [
    ({"reportType": "weather"}, "/reportType"), ({"output": {"format": "docx"}}, "/output/format"),
    ({"priority": "urgent"}, "/priority"), ({"priority": "report-type.high"}, "/priority"),
])
def test_an_unknown_lookup_value_is_400(api, change, pointer):
    refused(api.post(json=weekly() | change), 400, "VALIDATION_ERROR", pointer)


def test_scheduled_for_in_the_past_is_400(api):
    refused(api.post(json=weekly(scheduledFor="2020-01-01T00:00:00Z")), 400, "VALIDATION_ERROR", "/scheduledFor")


def ranged(start, end):
    return weekly() | {"parameters": {"dateRange": {"startDate": start, "endDate": end}}}


def test_start_after_end_is_400(api):
    refused(api.post(json=ranged("2021-02-01", "2021-01-01")), 400, "VALIDATION_ERROR", "/parameters/dateRange")


def test_equal_start_and_end_are_a_day_and_no_instant(api):
    refused(
        api.post(json=ranged("2021-02-01T10:00:00Z", "2021-02-01T10:00:00Z")), 400, "VALIDATION_ERROR",
        "/parameters/dateRange",
    )
    job = api.job(api.create(ranged("2021-02-01", "2021-02-01") | {"scheduledFor": LATER}))
    assert job["period"] == {"start": "2021-02-01T00:00:00Z", "end": "2021-02-02T00:00:00Z"}


def test_a_filter_that_the_report_type_lacks_is_400_and_an_empty_list_is_none(api):
    def asking(filters):
        return weekly(format="csv") | {"parameters": weekly()["parameters"] | {"filters": filters}}

    refused(
        api.post(json=asking({"courseIds": ["c"]})), 400, "VALIDATION_ERROR", "/parameters/filters/courseIds"
    )
    empty = api.wait(api.create(asking({"departmentIds": [], "statuses": []})))
    plain = api.wait(api.create(weekly(format="csv")))
    assert empty["result"]["records"] == plain["result"]["records"] > 0


def test_department_scope_asked_outside_is_403_and_none_asked_is_ones_own(stack):
    mine = stack.api(subject="u-000-scope", departments=("sales",))
    asking = weekly(format="csv") | {"parameters": {"filters": {"departmentIds": ["support"]}}}
    refused(mine.post(json=asking), 403, "DEPARTMENT_FORBIDDEN", "/parameters/filters/departmentIds/0")
    job = mine.wait(mine.create(weekly(format="csv")))
    lines = mine.download(job["id"]).text.splitlines()[1:]
    assert job["departments"] == ["sales"] and lines and {line.split(",")[3] for line in lines} == {"sales"}


def test_a_template_has_defaults_and_the_request_overrides(api):
    made = api.post("/api/v2/reports/templates", json={"name": "T", "settings": weekly(priority="low", format="csv")})
    template_id = made.json()["data"]["id"]
    job = api.job(api.create({"templateId": template_id, "name": "Own", "scheduledFor": LATER}))
    assert (job["name"], job["priority"], job["output"]["format"]) == ("Own", "low", "csv")
    refused(api.post(json=weekly() | {"templateId": str(uuid.uuid4())}), 400, "VALIDATION_ERROR", "/templateId")


def test_the_same_idempotency_key_is_the_same_job(api):
    key, body = {"Idempotency-Key": str(uuid.uuid4())}, weekly(scheduledFor=LATER)
    first, again = (api.post(json=body, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    refused(api.post(json=body | {"name": "Other"}, headers=key), 422, "IDEMPOTENCY_KEY_REUSED")


def test_all_faults_at_once_each_with_its_pointer(api):
    answer = api.post(json={"name": "", "output": {"format": "docx"}, "colour": 1, "parameters": {"groupBy": "x"}})
    assert answer.status_code == 400
    found = {d["pointer"] for d in answer.json()["error"]["details"]}
    assert found == {"/reportType", "/name", "/output/format", "/colour", "/parameters/groupBy"}


@pytest.mark.parametrize("visibility, peer, stranger", [
    (None, 200, 404), ("department", 200, 404), ("private", 404, 404), ("everyone", 200, 200),
])
def test_visibility_private_department_everyone(stack, visibility, peer, stranger):
    owner = stack.api(subject="u-000-owner", departments=("sales",))
    job_id = owner.create(weekly(scheduledFor=LATER) | ({"visibility": visibility} if visibility else {}))
    assert owner.job(job_id)["visibility"] == (visibility or "department")
    admin = stack.api(subject="u-000-admin", departments=("sales",), roles=("admin",))
    seen = {
        "peer": stack.api(subject="u-000-peer", departments=("sales",)), "admin": admin, "owner": owner,
        "stranger": stack.api(subject="u-000-stranger", departments=("billing",)),
    }
    wanted = {"peer": peer, "stranger": stranger, "owner": 200, "admin": 200}
    for name, api in seen.items():
        assert api.get(f"/{job_id}").status_code == wanted[name], name
        answer = api.get(params={"requestedBy": "u-000-owner", "limit": 100}).json()
        assert (job_id in {job["id"] for job in answer["data"]}) == (wanted[name] == 200), name


# 2. GET /jobs


@pytest.fixture(scope="module")
def listed(stack):
    """Jobs of one person: of each priority, one of another type, one cancelled, one completed."""
    mine = stack.api(subject="u-000-list", departments=("sales", "support"))
    ids = [mine.create(weekly(name=p, priority=p, scheduledFor=LATER)) for p in ("low", "high", "normal")]
    ids.append(mine.create(weekly(name="learning", scheduledFor=LATER) | {"reportType": "learning-activity"}))
    ids.append(mine.create(weekly(name="sales", scheduledFor=LATER) | {
        "parameters": {"filters": {"departmentIds": ["sales"]}}}))
    assert mine.post(f"/{ids[-1]}/cancel").status_code == 200
    return mine


@pytest.mark.parametrize("query, names", [
    ({}, "sales learning normal high low"),
    ({"status": "scheduled"}, "learning normal high low"),
    ({"status": "cancelled"}, "sales"),
    ({"reportType": "learning-activity"}, "learning"),
    ({"reportType": "report-type.learning-activity"}, "learning"),
    ({"requestedBy": "u-000-list"}, "sales learning normal high low"),
    ({"requestedBy": "somebody"}, ""),
    ({"departmentId": "sales"}, "sales learning normal high low"),
    ({"departmentId": "support"}, "learning normal high low"),
    ({"fromDate": "2021-01-01"}, "sales learning normal high low"),
    ({"fromDate": "2098-01-01"}, ""),
    ({"toDate": "2021-01-01"}, ""),
    ({"sortBy": "createdAt", "sortOrder": "asc"}, "low high normal learning sales"),
    ({"sortBy": "status", "sortOrder": "asc", "limit": 1}, "sales"),
    ({"sortBy": "priority", "limit": 1}, "high"),
    ({"sortBy": "priority", "sortOrder": "asc", "limit": 1}, "low"),
    ({"limit": 2}, "sales learning"),
    ({"limit": 2, "page": 3}, "low"),
    ({"page": 9}, ""),
])
def test_list_filters_sorts_and_pages(listed, query, names):
    answer = listed.get(params={"requestedBy": "u-000-list"} | query)
    assert answer.status_code == 200
    assert " ".join(job["name"] for job in answer.json()["data"]) == names


def test_pagination_counts(listed):
    mine = {"requestedBy": "u-000-list"}
    assert listed.get(params=mine).json()["pagination"] == {"page": 1, "limit": 20, "total": 5, "pages": 1}
    assert listed.get(params=mine | {"limit": 2}).json()["pagination"] == {"page": 1, "limit": 2, "total": 5, "pages": 3}


@pytest.mark.parametrize("limit", [0, 101, -1, "x", "1e1"])
def test_a_limit_outside_1_to_100_is_400(api, limit):
    refused(api.get(params={"limit": limit}), 400, "VALIDATION_ERROR", "/limit")


def test_the_summary_of_a_job(api, done):
    answer = api.get(params={"status": "completed", "limit": 100}).json()
    job = next(job for job in answer["data"] if job["id"] == done["id"])
    assert job["requestedBy"] == {"id": "u-e2e", "name": "Ada Test"}
    assert job["progress"] == {"percentage": 100, "currentStep": "Completed"}
    assert job["output"]["format"] == "csv" and job["output"]["downloadUrl"].endswith(f"/{done['id']}/download")
    assert {"name", "reportType", "status", "priority", "createdAt", "completedAt"} <= set(job)


def test_admins_see_all_jobs_in_their_scope(stack, listed):
    job_id = listed.get(params={"limit": 1}).json()["data"][0]["id"]
    for departments, sees in ((("sales", "support"), True), ((), True), (("billing",), False)):
        admin = stack.api(subject="u-000-boss", roles=("admin",), permissions=("reports:read",), departments=departments)
        answer = admin.get(params={"requestedBy": "u-000-list"}).json()
        assert (job_id in {job["id"] for job in answer["data"]}) == sees, departments


# 3. GET /jobs/:jobId


def test_details_of_a_job(done):
    assert done["description"] == "Two\nlines" and done["priority"] == "high"
    assert done["parameters"] == weekly()["parameters"] and done["output"] == {"format": "csv"}
    assert done["progress"]["recordsProcessed"] == done["progress"]["totalRecords"] == done["result"]["records"] > 0
    assert done["requestedBy"] == {"id": "u-e2e", "name": "Ada Test", "email": "ada@example.com"}
    times = [datetime.fromisoformat(done[name]) for name in ("createdAt", "startedAt", "completedAt")]
    assert times == sorted(times) and datetime.fromisoformat(done["updatedAt"]) >= times[0]


def test_error_of_a_failed_job(stack, api):
    job = api.job(failed(stack, api))
    assert job["error"]["code"] and "gone-records" in job["error"]["message"] and "result" not in job
    assert job["completedAt"] and job["retryCount"] == 0


# 4. POST /jobs/:jobId/cancel


def test_cancel_with_a_reason(api):
    job_id = api.create(weekly(scheduledFor=LATER))
    answer = api.post(f"/{job_id}/cancel", json={"reason": "not needed"})
    assert answer.status_code == 200
    assert {k: answer.json()["data"][k] for k in ("id", "status", "cancelledBy")} == {
        "id": job_id, "status": "cancelled", "cancelledBy": "u-e2e"}
    assert datetime.fromisoformat(answer.json()["data"]["cancelledAt"])
    assert api.job(job_id)["cancelReason"] == "not needed"


def test_cancel_of_a_job_that_has_ended_is_409(stack, api, done):
    cancelled = api.create(weekly(scheduledFor=LATER))
    assert api.post(f"/{cancelled}/cancel").status_code == 200
    for job_id in (done["id"], cancelled, failed(stack, api)):
        refused(api.post(f"/{job_id}/cancel"), 409, "JOB_NOT_CANCELLABLE")


def test_after_a_cancel_nothing_of_the_job_appears(stack, api):
    recipient = f"cancelled-{uuid.uuid4().hex[:8]}@{stack.id}.example.com"
    job_id = api.create(weekly([recipient]))
    answer = api.post(f"/{job_id}/cancel")
    if answer.status_code == 409:  # it was quicker
        return
    stack.wait_outboxes_empty()
    assert api.job(job_id)["status"] == "cancelled" and "result" not in api.job(job_id)
    assert stack.db.deliveries.count_documents({"jobId": job_id}) == 0
    refused(api.download(job_id), 409, "JOB_NOT_COMPLETED")


# 5. GET /jobs/:jobId/download


@pytest.mark.parametrize("form", TYPES)
def test_download_content_type_by_format_and_name(api, form):
    body = weekly(format=form, name="File")
    body["output"]["filename"] = "Çağrı raporu"
    answer = api.download(api.wait(api.create(body))["id"])
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, TYPES[form])
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''%C3%87a%C4%9Fr%C4%B1%20raporu.{form}")


def test_download_range_if_range_etag_and_head(api, done):
    whole = api.download(done["id"])
    tag = whole.headers["ETag"]
    assert tag == f'"{done["result"]["sha256"]}"' and whole.headers["Accept-Ranges"] == "bytes"

    def part(**headers):
        return api.download(done["id"], headers={name.replace("_", "-"): value for name, value in headers.items()})

    assert (part(Range="bytes=2-5").status_code, part(Range="bytes=2-5").content) == (206, whole.content[2:6])
    assert part(Range="bytes=2-5", If_Range=tag).status_code == 206
    assert part(Range="bytes=2-5", If_Range='"old"').content == whole.content
    several = part(Range="bytes=0-1,5-6")  # served as the whole file
    assert (several.status_code, several.content) == (200, whole.content)
    assert part(Range=f"bytes={len(whole.content)}-").status_code == 416
    known = part(If_None_Match=f'W/{tag}')
    assert (known.status_code, known.content) == (304, b"")
    assert part(If_None_Match='"old"').content == whole.content
    assert part(If_Match='"old"').status_code == 412
    head = api.request("HEAD", f"/{done['id']}/download")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(whole.content)))


def test_download_of_what_is_not_completed_is_409(stack, api):
    for job_id in (api.create(weekly(scheduledFor=LATER)), failed(stack, api)):
        refused(api.download(job_id), 409, "JOB_NOT_COMPLETED")


def test_download_of_an_expired_report_is_410_and_retention_removes_it_and_nothing_else(stack, api):
    gone, kept = (api.wait(api.create(weekly(format="csv", name=name)))["id"] for name in ("Gone", "Kept"))
    [file_id], [other_id] = stack.files_of(gone), stack.files_of(kept)
    stack.db.jobs.update_one(
        {"_id": gone}, {"$set": {"artifact.expiresAt": datetime.now(UTC) - timedelta(days=2)}}
    )
    refused(api.download(gone), 410, "REPORT_EXPIRED")  # at once; the file stays for those who are at it
    until(lambda: not stack.files_of(gone), 60, "the file is removed")
    until(lambda: stack.db["fs.chunks"].count_documents({"files_id": file_id}) == 0, 30, "its chunks as well")
    refused(api.download(gone), 410, "REPORT_EXPIRED")
    job = api.job(gone)
    assert job["status"] == "completed" and "downloadUrl" not in job["result"] and "downloadUrl" not in job["output"]
    assert stack.files_of(kept) == [other_id] and api.download(kept).status_code == 200
    assert stack.db["fs.chunks"].count_documents({"files_id": other_id}) > 0


# 6. POST /jobs/:jobId/retry


def test_retry_of_a_failed_job_until_its_maximum(stack, api):
    job_id = failed(stack, api)
    for count in (1, 2, 3):
        answer = api.post(f"/{job_id}/retry")
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"] == {"id": job_id, "status": "pending", "retryCount": count}
        api.wait(job_id, "failed")
    refused(api.post(f"/{job_id}/retry"), 409, "RETRY_LIMIT_REACHED")


def test_retry_of_what_has_not_failed_is_409(api, done):
    for job_id in (done["id"], api.create(weekly(scheduledFor=LATER))):
        refused(api.post(f"/{job_id}/retry"), 409, "JOB_NOT_FAILED")


def test_the_same_idempotency_key_is_the_same_retry(stack, api):
    job_id, key = failed(stack, api), {"Idempotency-Key": "once"}
    first = api.post(f"/{job_id}/retry", headers=key)
    api.wait(job_id, "failed")
    again = api.post(f"/{job_id}/retry", headers=key)
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true" and api.job(job_id)["retryCount"] == 1


# All


def test_every_answer_has_the_envelope_and_a_request_id(api, done):
    good, bad = api.get(f"/{done['id']}"), api.get(f"/{uuid.uuid4()}")
    assert good.json()["success"] is True and set(good.json()) == {"success", "data"}
    assert set(bad.json()) == {"success", "error"} and set(bad.json()["error"]) == {"code", "message", "details"}
    assert api.get(headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] == "mine"


def test_head_options_405_413_and_415(api, done):
    assert api.request("HEAD", f"/{done['id']}").status_code == 200
    options = api.request("OPTIONS", f"/{done['id']}/cancel")
    assert options.status_code == 204 and set(options.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    wrong = api.request("PUT", "", json={})
    refused(wrong, 405, "METHOD_NOT_ALLOWED")
    assert "POST" in wrong.headers["Allow"]
    refused(api.post(json=weekly(description="x" * (2 << 20))), 413, "PAYLOAD_TOO_LARGE")
    refused(api.post(data=json.dumps(weekly()), headers={"Content-Type": "text/plain"}), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_job_that_one_may_not_see_is_404_like_none(stack, done):
    stranger = stack.api(subject="u-000-nobody")
    for method, path in (("GET", ""), ("GET", "/download"), ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/links")):
        hidden, unknown = (stranger.request(method, f"/{one}{path}") for one in (done["id"], uuid.uuid4()))
        refused(hidden, 404, "JOB_NOT_FOUND")
        assert hidden.json() == unknown.json()


def test_the_types_are_served_from_data(api):
    types = {t["type"]: t for t in api.get("/api/v2/reports/types").json()["data"]}
    assert {"call-records", "learning-activity"} <= set(types)
    for kind in types.values():
        assert kind["formats"] and kind["filters"] and kind["measures"]


def test_the_openapi_file_has_the_six_endpoints():
    described = {(method, path) for file in CONTRACTS for method, path, _, _ in file.operations()}
    one = f"{JOBS}/{{jobId}}"
    assert {
        ("POST", JOBS), ("GET", JOBS), ("GET", one), ("POST", f"{one}/cancel"), ("GET", f"{one}/download"),
        ("POST", f"{one}/retry"),
    } <= described
