"""Templates: settings under a name that reports are asked for with, shared, versioned, and never a way around departments."""
import uuid

from stack import weekly

TEMPLATES = "/api/v2/reports/templates"


def made(api, settings, **more):
    answer = api.post(TEMPLATES, json={"name": "Calls", "settings": settings} | more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith(f"{TEMPLATES}/{answer.json()['data']['id']}")
    return answer.json()["data"]["id"]


def test_a_report_by_template_is_the_report_that_its_settings_ask_for(stack, api):
    body = weekly(format="csv", name="By hand")
    plain = api.download(api.wait(api.create(body))["id"])
    template_id = made(api, body | {"name": "By template"})
    job = api.wait(api.create({"templateId": template_id}))
    assert (job["name"], job["templateId"], job["templateVersion"]) == ("By template", template_id, 1)
    assert api.download(job["id"]).content == plain.content
    # the request's own members take the place of the template's
    own = api.wait(api.create({"templateId": template_id, "name": "Mine", "output": {"filename": "mine"}}))
    assert own["name"] == "Mine" and own["output"] == {"format": "csv", "filename": "mine"}
    answer = api.download(own["id"])
    assert answer.content == plain.content and 'filename="mine.csv"' in answer.headers["Content-Disposition"]
    # a job is what it was asked for, whatever becomes of its template
    changed = api.request("PATCH", f"{TEMPLATES}/{template_id}", json={"settings": {"output": {"format": "xlsx"}}})
    assert changed.status_code == 200 and changed.json()["data"]["version"] == 2
    assert api.job(job["id"])["output"] == {"format": "csv"}
    assert api.wait(api.create({"templateId": template_id}))["result"]["fileName"].endswith(".xlsx")
    assert api.request("DELETE", f"{TEMPLATES}/{template_id}").status_code == 200
    assert api.job(job["id"])["templateId"] == template_id
    refused = api.post(json={"templateId": template_id})
    assert refused.status_code == 400
    assert [d["pointer"] for d in refused.json()["error"]["details"]] == ["/templateId"]


def test_a_template_is_shared_and_widens_nobodys_departments(stack):
    wide = stack.api(subject="u-wide", departments=("support", "sales"))
    sales = stack.api(subject="u-sales", departments=("sales",))
    template_id = made(wide, weekly(format="csv", name="Shared"), visibility="everyone")
    assert template_id in {t["id"] for t in sales.get(TEMPLATES, params={"limit": 100}).json()["data"]}
    lines = sales.download(sales.wait(sales.create({"templateId": template_id}))["id"]).text.splitlines()[1:]
    assert lines and {line.split(",")[3] for line in lines} == {"sales"}
    asked = weekly(format="csv", name="Asks")
    asked["parameters"] |= {"filters": {"departmentIds": ["support"]}}
    beyond = sales.post(json={"templateId": made(wide, asked, visibility="everyone")})
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (403, "DEPARTMENT_FORBIDDEN")
    private = made(wide, asked, visibility="private")
    hidden, unknown = (sales.get(f"{TEMPLATES}/{one}") for one in (private, uuid.uuid4()))
    assert hidden.status_code == 404 and hidden.json() == unknown.json()
    assert sales.post(json={"templateId": private}).status_code == 400
    assert sales.request("PATCH", f"{TEMPLATES}/{template_id}", json={"name": "Mine"}).status_code == 403


def test_two_people_do_not_overwrite_each_others_changes(stack, api):
    template_id = made(api, weekly())
    path = f"{TEMPLATES}/{template_id}"
    tag = api.get(path).headers["ETag"]
    assert api.request("PATCH", path, json={"name": "First"}, headers={"If-Match": tag}).status_code == 200
    late = api.request("PATCH", path, json={"name": "Second"}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["error"]["code"]) == (412, "PRECONDITION_FAILED")
    named = api.request("PUT", path, json={"name": "Third", "settings": weekly(), "version": 1})
    assert (named.status_code, named.json()["error"]["code"]) == (409, "TEMPLATE_CHANGED")
    assert api.get(path).json()["data"]["name"] == "First"
    assert api.get(path, headers={"If-None-Match": '"2"'}).status_code == 304


def refused(api, settings=None, **more):
    body = {"name": "x", "settings": {"reportType": "call-records"} | (settings or {})} | more
    answer = api.post(TEMPLATES, json=body)
    assert answer.status_code == 400, answer.text
    return {d["pointer"] for d in answer.json()["error"]["details"]}


def test_hostile_templates_are_refused_and_what_is_text_stays_text(stack, api):
    assert refused(api, name={"$ne": 1}) == {"/name"}
    assert refused(api, {"__proto__": {"admin": True}}) == {"/settings/__proto__"}
    assert refused(api, {"$where": "sleep(1000)"}) == {"/settings/$where"}
    assert refused(api, {"parameters": {"filters": {"$or": [{}]}}}) >= {"/settings/parameters/filters/$or"}
    assert len(refused(api, {f"k{n}": n for n in range(4_000)})) == 50
    many = api.post(TEMPLATES, json={"name": "x", "settings": {f"k{n}": n for n in range(10_000)}})
    assert (many.status_code, many.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    deep = '{"name":"x","settings":' + '{"a":' * 100 + "1" + "}" * 100 + "}"
    answer = api.post(TEMPLATES, data=deep, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_JSON")
    huge = api.post(TEMPLATES, json={"name": "x", "settings": weekly(description="x" * (2 << 20))})
    assert huge.status_code == 413
    assert api.get(f"{TEMPLATES}?owner[$ne]=x").status_code == 400
    for bad in ("%24ne", "..%252f", "x" * 300, "0190a5d0-0000-7000-8000-00000000000"):
        assert api.get(f"{TEMPLATES}/{bad}").status_code == 404
    text = "=cmd|'/c calc'!A1 \u202e{\"$gt\":\"\"} <script>alert(1)</script>"
    template_id = made(api, weekly(format="csv", name=text), name=text)
    assert api.get(f"{TEMPLATES}/{template_id}").json()["data"]["name"] == text
    assert stack.db.reportTemplates.find_one({"_id": template_id})["name"] == text
    assert isinstance(stack.db.reportTemplates.find_one({"_id": template_id})["settings"], str)
    assert api.wait(api.create({"templateId": template_id}))["name"] == text
    assert refused(api, {"name": "a\r\nBcc: b@example.com"}) == {"/settings/name"}
    for value in (["ann"], {"$ne": ""}, 7, True):
        answer = api.post(json={"templateId": value})
        assert answer.status_code == 400, answer.text
        assert "/templateId" in {d["pointer"] for d in answer.json()["error"]["details"]}
