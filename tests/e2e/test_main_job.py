"""The main job: from POST to the mail, every figure compared with a computation of the test's own."""

import csv
import hashlib
import html
import io
import json
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import independent
import workbook
from maildev import MailDev
from smtpsink import text_of
from stack import TOP, address, weekly

UTC = timezone.utc
ISTANBUL = ZoneInfo("Europe/Istanbul")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@pytest.fixture(scope="module")
def calls(calls_csv):
    return independent.read_calls(calls_csv)


def weekly_case(calls):
    return (
        {"period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"}},
        independent.Report(calls, datetime(2021, 1, 11, tzinfo=UTC), datetime(2021, 1, 18, tzinfo=UTC)),
        "Weekly report",
        "11 Jan 2021 – 17 Jan 2021",
        "UTC",
    )


def custom_case(calls):
    """An end in the middle of a day, inclusive to the second; a filter; a zone in which days begin elsewhere."""
    topics = ["Contract related", "Streaming"]
    return (
        {
            "dateRange": {"startDate": "2021-02-03", "endDate": "2021-03-02T17:29:59+03:00"},
            "timeZone": "Europe/Istanbul",
            "filters": {"eventTypes": topics, "statuses": []},
        },
        independent.Report(
            calls,
            datetime(2021, 2, 3, tzinfo=ISTANBUL),
            datetime(2021, 3, 2, 17, 30, tzinfo=ISTANBUL),
            ISTANBUL,
            keep=lambda call: call.topic in topics,
        ),
        "Report",
        "3 Feb 2021 00:00:00 – 2 Mar 2021 17:29:59",
        "Europe/Istanbul",
    )


def empty_case(calls):
    return (
        {"dateRange": {"startDate": "2019-05-01", "endDate": "2019-05-03"}},
        independent.Report(calls, datetime(2019, 5, 1, tzinfo=UTC), datetime(2019, 5, 4, tzinfo=UTC)),
        "Report",
        "1 May 2019 – 3 May 2019",
        "UTC",
    )


CASES = {"weekly": weekly_case, "custom": custom_case, "empty": empty_case}


@pytest.fixture(scope="module", params=[(case, format) for case in CASES for format in ("xlsx", "csv")], ids="-".join)
def done(request, api, stack, calls):
    """One job, completed and mailed, with what it must have come to."""
    case, format = request.param
    parameters, report, kind, period, zone = CASES[case](calls)
    recipient = address(stack, case)
    body = weekly([recipient], f"{case} calls", format, description="Every figure is compared.", priority="high")
    body["parameters"] = parameters
    job_id = api.create(body)
    job = api.wait_mailed(job_id)
    return {
        "id": job_id, "job": job, "body": body, "report": report, "format": format, "recipient": recipient,
        "bytes": api.download(job_id).content, "kind": kind, "period": period, "zone": zone, "case": case,
    }


def same(found, wanted, where):
    if isinstance(wanted, float):
        assert found == pytest.approx(wanted, abs=1e-9), where
    elif isinstance(wanted, datetime):
        assert abs(found - wanted) < timedelta(milliseconds=500), f"{where}: {found}, not {wanted}"
    else:
        assert found == wanted and isinstance(found, type(wanted)), f"{where}: {found!r}, not {wanted!r}"


def same_rows(sheet, wanted):
    """Cell by cell, and nothing beside: charts lie over empty cells."""
    found = [row[: len(wanted[0])] for row in sheet.iter_rows(values_only=True)]
    assert len(found) == len(wanted), f"{sheet.title}: {len(found)} rows, not {len(wanted)}"
    for number, (row, right) in enumerate(zip(found, wanted, strict=True), 1):
        for column, (cell, value) in enumerate(zip(row, right, strict=True), 1):
            same(cell, value, f"{sheet.title}, row {number}, column {column}")
    for row in sheet.iter_rows(min_col=len(wanted[0]) + 1, values_only=True):
        assert not any(row), f"{sheet.title} has cells beside its table: {row}"


def test_the_file_has_every_row_and_figure(done):
    report = done["report"]
    if done["case"] != "empty":
        assert len(report.calls) > 50, "the case must have something to compare"
    if done["format"] == "csv":
        assert done["bytes"].startswith(b"\xef\xbb\xbf"), "what is mailed says that it is UTF-8"
        text = done["bytes"].decode("utf-8-sig")
        assert text.replace("\r\n", "").count("\n") == 0, "lines end in CR LF"
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))]
        assert rows == [independent.COLUMNS, *report.csv_rows()]
        return
    book = workbook.read(done["bytes"])
    assert book.sheetnames == ["Summary", "Calls by hour", "Calls by day", "By agent", "By topic", "Calls"]
    summary = book["Summary"]
    assert summary["B1"].value == f"{done['kind']} · Call records"
    assert summary["B2"].value == done["body"]["name"]
    assert summary["B3"].value == f"{done['period']} ({done['zone']})"
    limits = "Only a part of the records: Event types: Contract related, Streaming"
    assert summary["B4"].value == (limits if done["case"] == "custom" else None)
    assert summary["B5"].value == "Requested by Ada Test"
    figures = {summary.cell(7 + n, 2).value: summary.cell(7 + n, 3).value for n in range(len(independent.SUMMARY))}
    wanted = {k: "n/a" if v is None else v for k, v in report.summary().items()}
    assert list(figures) == list(wanted)
    for label, value in wanted.items():
        same(figures[label], value, f"summary, {label}")
    assert any(cell.value == f"{len(report.calls):,} records read" for (cell,) in summary["B7:B20"])
    for sheet, rows in report.tables().items():
        same_rows(book[sheet], rows)
    same_rows(book["Calls"], [independent.COLUMNS, *report.list_rows()])
    if report.calls:
        assert len(book["Calls by hour"]._charts) == len(book["Calls by day"]._charts) == 1


def test_the_job_says_what_came_of_it(done, stack):
    job, report = done["job"], done["report"]
    assert job["status"] == "completed" and job["priority"] == "high" and job["reportType"] == "call-records"
    assert job["parameters"] == done["body"]["parameters"] and job["output"] == done["body"]["output"]
    assert job["description"] == "Every figure is compared."
    assert job["requestedBy"] == {"id": "u-e2e", "name": "Ada Test", "email": "ada@example.com"}
    assert job["progress"] == {
        "percentage": 100,
        "currentStep": "Completed",
        "recordsProcessed": len(report.calls),
        "totalRecords": len(report.calls),
    }
    times = [datetime.fromisoformat(job[name]) for name in ("createdAt", "startedAt", "completedAt", "updatedAt")]
    assert times == sorted(times)
    assert [datetime.fromisoformat(job["period"][end]) for end in ("start", "end")] == [report.start, report.end]
    result = job["result"]
    assert result["records"] == len(report.calls)
    assert result["sizeBytes"] == len(done["bytes"])
    assert result["sha256"] == hashlib.sha256(done["bytes"]).hexdigest()
    assert {f["label"]: f["text"] for f in result["summary"]["figures"]} == report.summary_texts()
    assert job["delivery"]["sent"] == job["delivery"]["total"] == 1
    assert job["delivery"]["recipients"][0]["status"] == "Sent" and "sentAt" in job["delivery"]["recipients"][0]
    assert stack.files_of(done["id"]) == [stack.db.jobs.find_one({"_id": done["id"]})["artifact"]["fileId"]]


def visible(markup):
    body = re.sub(r"<(style|title)\b.*?</\1>", " ", markup, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))


def test_the_mail_has_the_figures_and_the_file(done):
    page, message = MailDev().only(done["recipient"])
    report, name = done["report"], done["job"]["result"]["fileName"]
    assert message["To"] == done["recipient"]
    assert message["From"] == "Jobwire <reports@jobwire.localhost>"
    part = done["case"] == "custom"  # which has a filter
    lead = f"{done['body']['name']} · Call records"
    head = f"{lead}: {done['kind']}, {done['period']}" + " (Contract related, Streaming)" * part
    assert message["Subject"] == page["subject"] == head
    plain = text_of(message, "plain")
    assert ("Only a part of the records:\n  Event types: Contract related, Streaming\n" in plain) == part
    assert "\nRequested by Ada Test\n" in plain
    assert plain.startswith(
        f"{done['body']['name']}\nCall records\n{done['kind']}, {done['period']} ({done['zone']})\n"
    )
    markup = visible(text_of(message, "html"))
    assert ("Only a part of the records Event types: Contract related, Streaming" in markup) == part
    assert "Requested by Ada Test" in markup
    assert name.endswith(f"_Contract-related-Streaming.{done['format']}") == part
    for label, text in report.summary_texts().items():
        assert re.search(rf"^ *{re.escape(label)} +{re.escape(text)}$", plain, re.M), f"{label} {text} in {plain}"
        assert f"{label} {text}" in markup, f"{label} {text} in {markup}"
    attached = [p for p in message.iter_attachments() if p.get_content_disposition() == "attachment"]
    assert [p.get_filename() for p in attached] == [name]
    assert attached[0].get_payload(decode=True) == done["bytes"]
    assert done["job"]["result"]["sha256"] in plain
    assert [a["fileName"] for a in page["attachments"] if a["fileName"] == name] == [name]
    inline = [p for p in message.walk() if p.get_content_maintype() == "image"]
    if report.calls:
        assert len(inline) == 1 and inline[0].get_payload(decode=True).startswith(b"\x89PNG")
        assert inline[0]["Content-ID"].strip("<>") in text_of(message, "html")


def test_the_download_answers_as_http_says(done, api):
    whole = api.download(done["id"])
    size, digest, name = len(whole.content), done["job"]["result"]["sha256"], done["job"]["result"]["fileName"]
    assert whole.status_code == 200
    assert whole.headers["Content-Type"].split(";")[0] == (XLSX if done["format"] == "xlsx" else "text/csv")
    assert whole.headers["Content-Length"] == str(size)
    assert whole.headers["ETag"] == f'"{digest}"'
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
    for asked, first, last in (
        ("bytes=0-99", 0, 99), ("bytes=100-", 100, size - 1), ("bytes=-50", size - 50, size - 1),
        (f"bytes=10-{size + 5}", 10, size - 1),
    ):
        if size < 200:
            continue
        part = api.download(done["id"], headers={"Range": asked})
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert part.content == whole.content[first : last + 1]
    beyond = api.download(done["id"], headers={"Range": f"bytes={size}-"})
    assert beyond.status_code == 416 and beyond.headers["Content-Range"] == f"bytes */{size}"
    same_file = {"Range": "bytes=0-9", "If-Range": f'"{digest}"'}
    assert api.download(done["id"], headers=same_file).status_code == 206
    assert api.download(done["id"], headers={**same_file, "If-Range": '"other"'}).content == whole.content
    known = api.download(done["id"], headers={"If-None-Match": f'"other", "{digest}"'})
    assert known.status_code == 304 and known.content == b"" and known.headers["ETag"] == f'"{digest}"'
    head = api.request("HEAD", f"/{done['id']}/download")
    assert head.status_code == 200 and head.content == b"" and head.headers["Content-Length"] == str(size)


def test_the_list_shows_it(done, api):
    listed = {}
    for page in range(1, 100):
        answer = api.get(params={"page": page, "limit": 50, "reportType": "call-records", "status": "completed"}).json()
        listed |= {job["id"]: job for job in answer["data"]}
        if page >= answer["pagination"]["pages"]:
            break
    mine = listed[done["id"]]
    assert mine["progress"] == {"percentage": 100, "currentStep": "Completed"}
    assert mine["output"]["downloadUrl"].endswith(f"/{done['id']}/download")
    assert mine["requestedBy"] == {"id": "u-e2e", "name": "Ada Test"}
    assert {k: mine[k] for k in ("name", "status", "priority", "reportType", "createdAt", "completedAt")} == {
        k: done["job"][k] for k in ("name", "status", "priority", "reportType", "createdAt", "completedAt")
    }
    assert answer["pagination"]["total"] == len(listed)


def test_a_wanted_file_name_reaches_the_download(api):
    body = weekly(name="Named")
    body["output"]["filename"] = "../Çağrılar ocak"
    job_id = api.create(body)
    assert api.wait(job_id)["result"]["fileName"] == "Çağrılar ocak.xlsx"
    disposition = api.download(job_id).headers["Content-Disposition"]
    assert disposition.endswith("filename*=UTF-8''%C3%87a%C4%9Fr%C4%B1lar%20ocak.xlsx")


def test_the_answer_to_post_names_the_job(api):
    answer = api.post(json=weekly(), headers={"X-Request-Id": "e2e-request-1"})
    data = answer.json()["data"]
    assert answer.status_code == 201 and answer.headers["X-Request-Id"] == "e2e-request-1"
    assert UUID.match(data["id"]) and data["status"] == "pending"
    assert answer.headers["Location"].endswith(f"/api/v2/reports/jobs/{data['id']}")
    api.wait(data["id"])


def test_a_job_for_later_waits_for_its_time(api, stack):
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    body = weekly(scheduledFor=due.isoformat().replace("+00:00", "Z"))
    answer = api.post(json=body)
    assert answer.json()["data"]["status"] == "scheduled"
    job = api.wait(answer.json()["data"]["id"], seconds=20)
    assert datetime.fromisoformat(job["startedAt"]) >= due


def test_the_manifest_says_how_the_file_came_about(done):
    manifest, job, n = done["job"]["manifest"], done["job"], len(done["report"].calls)
    assert manifest["sha256"] == hashlib.sha256(done["bytes"]).hexdigest()
    assert manifest["sizeBytes"] == len(done["bytes"])
    assert manifest["rowsMatched"] == manifest["rowsWritten"] == n
    started, read, ended = (datetime.fromisoformat(t) for t in (job["startedAt"], manifest["asOf"], job["completedAt"]))
    assert started <= read <= ended
    definition = json.loads((TOP / "schemas/reports/call-records.json").read_text())
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert manifest["definitionSha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert re.fullmatch(r"jobwire-executor \S+", manifest["program"])
    asked = manifest["request"]
    assert asked["reportType"] == "call-records" and asked["parameters"] == job["parameters"]
    assert asked["parameters"].get("timeZone", asked.get("timeZone")) == done["zone"]
    assert asked["output"]["format"] == done["format"]
