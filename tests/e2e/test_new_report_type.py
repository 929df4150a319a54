"""A report type on a data set never seen before: two JSON files, no C."""

import csv
import io
import json
import shutil

import pytest

from maildev import MailDev
from smtpsink import text_of
import workbook
from stack import TOP, Stack, address

CSV = """visit;ward;came;minutes;fee;emergency
V-1;Ear, Nose & Throat;05.03.2024 08:15;30;12,50;no
V-2;Cardiology;05.03.2024 09:40;45;100,00;yes
V-3;Cardiology;06.03.2024 09:05;;0,25;no
V-4;"=HYPERLINK(""http://x"")";06.03.2024 23:30;15;7,25;yes
V-5;Ear, Nose & Throat;07.03.2024 00:10;20;12,50;no
"""
MAPPING = {
    "collection": "clinic_visits",
    "idField": "visit",
    "dateField": "cameAt",
    "delimiter": ";",
    "fields": [
        {"field": "visit", "columns": ["visit"], "type": "text", "required": True},
        {"field": "ward", "columns": ["ward"], "type": "text", "required": True},
        {"field": "cameAt", "columns": ["came"], "type": "datetime", "format": "%d.%m.%Y %H:%M",
         "timeZone": "Europe/Berlin", "required": True},
        {"field": "minutes", "columns": ["minutes"], "type": "int", "min": 0, "max": 600},
        {"field": "emergency", "columns": ["emergency"], "type": "bool", "values": {"yes": "true", "no": "false"},
         "valuesStrict": True},
    ],
}
DEFINITION = {
    "reportType": "clinic-visits",
    "title": "Visits of the clinic",
    "filePrefix": "Visits",
    "collection": "clinic_visits",
    "dateField": "cameAt",
    "timeZone": "Europe/Berlin",
    "filters": [{"name": "wards", "field": "ward"}],
    "dimensions": [
        {"name": "ward", "label": "Ward", "field": "ward"},
        {"name": "day", "label": "Day", "field": "cameAt", "part": "date"},
    ],
    "measures": [
        {"name": "visits", "label": "Visits", "op": "count", "format": "integer"},
        {"name": "minutes", "label": "Minutes", "op": "sum", "field": "minutes", "format": "integer"},
        {"name": "longest", "label": "Longest", "op": "max", "field": "minutes", "format": "integer"},
        {"name": "emergencies", "label": "Emergencies", "op": "count", "format": "integer",
         "where": [{"field": "emergency", "equals": ["true"]}]},
        {"name": "share", "label": "Share of emergencies", "op": "ratio", "numerator": "emergencies",
         "denominator": "visits", "scale": 100, "decimals": 1, "format": "percent"},
    ],
    "summary": ["visits", "minutes", "share"],
    "tables": [
        {"title": "By ward", "dimension": "ward", "measures": ["visits", "longest", "share"]},
        {"title": "By day", "dimension": "day", "measures": ["visits"], "chart": "column", "chartMeasure": "visits"},
    ],
    "columns": [
        {"field": "visit", "label": "Visit", "format": "text", "width": 10},
        {"field": "cameAt", "label": "Came at", "format": "datetime", "width": 20},
        {"field": "ward", "label": "Ward", "format": "text", "width": 24},
        {"field": "minutes", "label": "Minutes", "format": "integer", "width": 10},
        {"field": "emergency", "label": "Emergency", "format": "bool", "width": 10},
    ],
    "listTitle": "Visits",
    "mailChartTable": "By day",
    "maxGroups": 100,
}
# Titles that are no names of sheets, or only just; figures that must not be rounded twice.
ODD = DEFINITION | {
    "reportType": "odd-visits",
    "tables": [
        {"title": "'In/out'", "dimension": "ward", "measures": ["visits", "hour"], "chart": "column",
         "chartMeasure": "hour"},
        {"title": "SUMMARY", "dimension": "day", "measures": ["visits"]},
    ],
    "measures": DEFINITION["measures"] + [
        {"name": "hour", "label": "Hours", "op": "ratio", "numerator": "minutes", "denominator": "visits",
         "scale": 0.001, "decimals": 3, "format": "decimal"},
    ],
    "summary": ["visits", "hour"],
    "listTitle": "Answered by the operator's desk",
    "mailChartTable": "'In/out'",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic")
    with Stack("new_report_type") as stack:
        stack.reports_dir = folder / "reports"
        shutil.copytree(TOP / "schemas/reports", stack.reports_dir)
        (stack.reports_dir / "clinic-visits.json").write_text(json.dumps(DEFINITION))
        (stack.reports_dir / "odd-visits.json").write_text(json.dumps(ODD))
        (folder / "mapping.json").write_text(json.dumps(MAPPING))
        (folder / "visits.csv").write_text(CSV)
        stack.import_csv(folder / "visits.csv", folder / "mapping.json")
        stack.start_all()
        yield stack


def ask(own, format, **more):
    recipient = address(own, "clinic")
    return recipient, {
        "reportType": "report-type.clinic-visits",
        "name": "Visits",
        "parameters": {"dateRange": {"startDate": "2024-03-05", "endDate": "2024-03-06"}} | more,
        "output": {"format": format},
        "delivery": {"recipients": [recipient]},
    }


def test_the_type_is_there(own):
    types = {t["type"]: t for t in own.api().get("/api/v2/reports/types").json()["data"]}
    assert set(types) == {"call-records", "cdr", "learning-activity", "clinic-visits", "odd-visits"}
    assert types["clinic-visits"]["title"] == DEFINITION["title"] and types["clinic-visits"]["filters"] == ["wards"]


def test_its_workbook_and_mail(own):
    client = own.api()
    recipient, body = ask(own, "xlsx")
    job_id = client.create(body)
    job = client.wait_mailed(job_id)
    # V-5 came ten minutes past midnight in Berlin: not within the period.
    assert job["result"]["records"] == 4 and job["result"]["fileName"].startswith("Visits_")
    book = workbook.read(client.download(job_id).content)
    assert book.sheetnames == ["Summary", "By ward", "By day", "Visits"]
    rows = {title: [row[:4] for row in book[title].iter_rows(values_only=True)] for title in ("By ward", "By day")}
    assert rows["By ward"] == [
        ("Ward", "Visits", "Longest", "Share of emergencies"),
        ("Cardiology", 2, 45, 50), ('=HYPERLINK("http://x")', 1, 15, 100), ("Ear, Nose & Throat", 1, 30, 0),
    ]
    assert [row[:2] for row in rows["By day"]] == [("Day", "Visits"), ("2024-03-05", 2), ("2024-03-06", 2)]
    formula = next(row[2] for row in book["Visits"].iter_rows(min_row=2) if row[0].value == "V-4")
    assert formula.data_type == "s", "a string is never a formula"
    summary = {row[1]: row[2] for row in book["Summary"].iter_rows(min_row=7, max_row=9, values_only=True)}
    assert summary == {"Visits": 4, "Minutes": 90, "Share of emergencies": 50}
    page, message = MailDev().only(recipient)
    assert message["Subject"] == "Visits · Visits of the clinic: Report, 5 Mar 2024 – 6 Mar 2024"
    assert "50.0 %" in text_of(message, "plain")


def test_odd_titles_and_figures(own):
    client = own.api()
    recipient, body = ask(own, "xlsx")
    body |= {"reportType": "odd-visits", "name": "\uffff and _x0041_ <&>"}
    job_id = client.create(body)
    job = client.wait_mailed(job_id)
    assert job["result"]["records"] == 4
    book = workbook.read(client.download(job_id).content)
    assert book.sheetnames == ["Summary", "In out", "SUMMARY (2)", "Answered by the operator's desk"]
    summary = book["Summary"]
    assert summary["B2"].value == "\ufffd and _x0041_ <&>"
    # 90 / 4 · 0.001 = 0.0225, half up
    assert summary["C8"].value == 0.023 and summary["C8"].number_format == "#,##0.000"
    _, message = MailDev().only(recipient)
    assert "0.023" in text_of(message, "plain")
    notes = own.jobctl("check-definitions", own.reports_dir.parent).stdout
    assert "odd-visits.json: /tables/0/title: the workbook's sheet will be named 'In out'" in notes


def test_arrays_are_named(own):
    visits = own.db.clinic_visits
    visits.insert_one({"_id": "V-many", "ward": ["Cardiology"], "cameAt": []})
    try:
        notes = own.jobctl("check-definitions", own.reports_dir.parent).stdout
    finally:
        visits.delete_one({"_id": "V-many"})
    uses = "filter 'wards', dimension 'ward', column 'Ward'"
    assert f"clinic-visits.json: the field 'ward' ({uses}) is, or is in, an array" in notes
    assert "an array" not in own.jobctl("check-definitions", own.reports_dir.parent).stdout


def test_its_csv_and_filter(own):
    client = own.api()
    _, body = ask(own, "csv", filters={"wards": ['=HYPERLINK("http://x")', "Cardiology"]})
    job_id = client.create(body)
    client.wait(job_id)
    whole = client.download(job_id).content
    assert whole.startswith(b"\xef\xbb\xbf"), "it is mailed, and Excel wants the mark"
    rows = list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["Visit", "Came at", "Ward", "Minutes", "Emergency"],
        ["V-2", "2024-03-05T09:40:00+01:00", "Cardiology", "45", "true"],
        ["V-3", "2024-03-06T09:05:00+01:00", "Cardiology", "", "false"],
        ["V-4", "2024-03-06T23:30:00+01:00", "'=HYPERLINK(\"http://x\")", "15", "true"],
    ]


def test_a_bad_definition_is_refused_with_file_and_pointer(own):
    bad = own.temp / "reports"
    shutil.copytree(own.reports_dir, bad)
    (bad / "clinic-visits.json").write_text(json.dumps(DEFINITION | {"listTitel": "Visits", "maxGroups": 0}))
    for service in ("gateway", "executor", "scheduler"):
        process = own.start(service, wait=False, JW_REPORTS_DIR=str(bad), JW_HTTP_PORT="0")
        assert process.process.wait(20) == 70
        process.killed = True
        cause = process.records("service_start_failed")[0]["cause"]
        for part in ("clinic-visits.json", "/listTitel", "/maxGroups"):
            assert part in cause, f"{service}: {cause}"


def test_a_bad_mapping_and_bad_rows_are_refused(own):
    folder = own.temp
    (folder / "bad.json").write_text(json.dumps(MAPPING | {"dateField": "moon"}))
    (folder / "visits.csv").write_text(CSV)
    done = own.jobctl("import", "--mapping", folder / "bad.json", folder / "visits.csv", check=False)
    assert done.returncode == 1 and "bad.json" in done.stderr and "/dateField" in done.stderr
    good = folder / "good.json"
    good.write_text(json.dumps(MAPPING | {"collection": "clinic_rows"}))
    (folder / "rows.csv").write_text(
        CSV + "V-6;Cardiology;32.03.2024 08:00;1;1,0;no\nV-7;Cardiology;01.03.2024 08:00;1;1,0;maybe\n"
    )
    done = own.jobctl("import", "--mapping", good, folder / "rows.csv", check=False)
    assert done.returncode == 1 and own.db.clinic_rows.count_documents({}) == 0
    for line in ("7", "8"):
        assert f"rows.csv:{line}" in done.stderr or f"line {line}" in done.stderr, done.stderr
    done = own.jobctl("import", "--keep-going", "--mapping", good, folder / "rows.csv", check=False)
    assert done.returncode == 2 and own.db.clinic_rows.count_documents({}) == 5
