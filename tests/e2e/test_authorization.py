"""Who may do what: every route of every API, as a table. The routes are those of the OpenAPI files, which a unit test holds to
the gateway's own (test_apis.c); a route without a rule here fails.
"""
import datetime
import json
import uuid

import pytest

from stack import ALL_PERMISSIONS, CONTRACTS, JOBS, Stack, claims, sign, weekly
from wait import until

TEMPLATES = "/api/v2/reports/templates"
LATER = "2099-01-01T00:00:00Z"

# Who asks, of a job or template that belongs to the department sales and to u-owner.
ALL, NOTHING = list(ALL_PERMISSIONS), []
CALLERS = {
    "no token": None,
    "bad token": None,
    "private": dict(sub="u-peer", departments=["sales"], permissions=ALL),  # and what is asked for is private
    "other department": dict(sub="u-other", departments=["billing"], permissions=ALL),
    "no department": dict(sub="u-none", departments=[], permissions=ALL),
    "no permission": dict(sub="u-bare", departments=["sales"], permissions=NOTHING),
    "permission": dict(sub="u-peer", departments=["sales"], permissions=ALL),
    "owner without permission": dict(sub="u-owner", departments=["sales"], permissions=NOTHING),
    "owner": dict(sub="u-owner", departments=["sales"], permissions=ALL),
    "admin": dict(sub="u-admin", departments=["sales"], permissions=NOTHING, roles=["admin"]),
}
OPEN = {caller: "ok" for caller in CALLERS}
ASKED = OPEN | {"no token": "401 UNAUTHORIZED", "bad token": "401 UNAUTHORIZED"}
FORBIDDEN = "403 FORBIDDEN"
# Of the list and of what is made: nothing is hidden, the permission decides.
GENERAL = ASKED | {"no permission": FORBIDDEN, "owner without permission": FORBIDDEN}
MADE = GENERAL | {"no department": "403 DEPARTMENT_FORBIDDEN"}


def hidden(code, **more):
    """Of one thing: who may not see it learns nothing, whatever their permissions."""
    return ASKED | {caller: f"404 {code}" for caller in ("private", "other department", "no department")} | more


# The permission is asked before anything is looked up.
READ_JOB = hidden("JOB_NOT_FOUND", **{"no permission": FORBIDDEN, "owner without permission": FORBIDDEN})
READ_TEMPLATE = hidden("TEMPLATE_NOT_FOUND", **{"no permission": FORBIDDEN, "owner without permission": FORBIDDEN})
# The owner may without a permission.
CHANGE_JOB = hidden("JOB_NOT_FOUND", **{"no permission": FORBIDDEN})
CHANGE_TEMPLATE = hidden("TEMPLATE_NOT_FOUND", **{"no permission": FORBIDDEN, "permission": FORBIDDEN})
# Only the owner and admins; to make and see links they must be able to read the report as well.
END_LINKS = hidden("JOB_NOT_FOUND", **{"no permission": FORBIDDEN, "permission": FORBIDDEN})
LINKS = END_LINKS | {"owner without permission": FORBIDDEN}

# Route: its rule, what "ok" is answered, and its body. The jobs start much later, so what needs a report is refused for its
# want, after all that is asked here.
RULES = {
    f"POST {JOBS}": (MADE, "201", weekly(scheduledFor=LATER)),
    f"GET {JOBS}": (GENERAL, "200", None),
    f"GET {JOBS}/{{jobId}}": (READ_JOB, "200", None),
    f"POST {JOBS}/{{jobId}}/cancel": (CHANGE_JOB, "200", {}),
    f"POST {JOBS}/{{jobId}}/retry": (CHANGE_JOB, "409 JOB_NOT_FAILED", {}),
    f"GET {JOBS}/{{jobId}}/download": (READ_JOB, "409 JOB_NOT_COMPLETED", None),
    f"GET {JOBS}/{{jobId}}/events": (READ_JOB, "200", None),
    f"POST {JOBS}/{{jobId}}/deliveries": (LINKS, "409 JOB_NOT_COMPLETED", {"failed": True}),
    f"GET {JOBS}/{{jobId}}/deliveries": (READ_JOB, "200", None),
    f"POST {JOBS}/{{jobId}}/links": (LINKS, "409 JOB_NOT_COMPLETED", {}),
    f"GET {JOBS}/{{jobId}}/links": (LINKS, "200", None),
    f"DELETE {JOBS}/{{jobId}}/links": (END_LINKS, "409 NO_LINKS", None),
    f"DELETE {JOBS}/{{jobId}}/links/{{linkId}}": (END_LINKS, "404 LINK_NOT_FOUND", None),
    f"POST {TEMPLATES}": (MADE, "201", {"name": "T", "settings": weekly()}),
    f"GET {TEMPLATES}": (GENERAL, "200", None),
    f"GET {TEMPLATES}/{{templateId}}": (READ_TEMPLATE, "200", None),
    f"PUT {TEMPLATES}/{{templateId}}": (CHANGE_TEMPLATE, "200", {"name": "U", "settings": weekly()}),
    f"PATCH {TEMPLATES}/{{templateId}}": (CHANGE_TEMPLATE, "200", {"name": "U"}),
    f"DELETE {TEMPLATES}/{{templateId}}": (CHANGE_TEMPLATE, "200", None),
    "GET /api/v2/reports/types": (GENERAL, "200", None),
    "GET /links/{token}": (OPEN, "404", None),  # the link itself is what opens it: test_report_links.py
    "GET /unsubscribe/{token}": (OPEN, "404", None),  # likewise: test_unsubscribe.py
    "POST /unsubscribe/{token}": (OPEN, "404", None),
    "POST /unsubscribe/{token}/{what}": (OPEN, "404", None),
    "GET /openapi.json": (OPEN, "200", None),
    "GET /api-docs": (OPEN, "404", None),  # there is no page unless its files are set
    "GET /api-docs/{file}": (OPEN, "404", None),
}
# By an API key. Route: what the role admin gets; the role monitor may nothing.
SCHEDULES = "/api/v1alpha1/jobs"
CALENDARS = "/api/v1alpha1/calendars"
BOUNCES = "/api/v1alpha1/bounces"
KEYED = {
    f"GET {SCHEDULES}": "200",
    f"GET {SCHEDULES}/{{jobId}}": "404 JOB_NOT_FOUND",
    f"GET {SCHEDULES}/{{jobId}}/definition": "404 JOB_NOT_FOUND",
    f"GET {SCHEDULES}/{{jobId}}/occurrences": "404 JOB_NOT_FOUND",
    f"POST {SCHEDULES}": "400 INVALID_JSON",
    f"PUT {SCHEDULES}/{{jobId}}": "400 INVALID_JSON",
    f"PATCH {SCHEDULES}/{{jobId}}": "400 INVALID_JSON",
    f"POST {SCHEDULES}/preview": "400 INVALID_JSON",
    f"POST {SCHEDULES}/{{jobId}}/preview": "404 JOB_NOT_FOUND",
    f"POST {SCHEDULES}/{{jobId}}/run": "404 JOB_NOT_FOUND",
    f"POST {SCHEDULES}/{{jobId}}/backfill": "400 VALIDATION_ERROR",
    f"DELETE {SCHEDULES}/{{jobId}}": "404 JOB_NOT_FOUND",
    f"GET {CALENDARS}": "200",
    f"GET {CALENDARS}/{{name}}": "404 CALENDAR_NOT_FOUND",
    f"GET {CALENDARS}/{{name}}/jobs": "404 CALENDAR_NOT_FOUND",
    f"PUT {CALENDARS}/{{name}}": "400 INVALID_JSON",
    f"DELETE {CALENDARS}/{{name}}": "404 CALENDAR_NOT_FOUND",
    f"POST {BOUNCES}": "400 NOT_A_NOTIFICATION",
}
ROUTES = sorted(f"{method} {path}" for file in CONTRACTS for method, path, _, _ in file.operations())


@pytest.fixture(scope="module")
def own():
    """A gateway alone."""
    with Stack("authorization") as stack:
        stack.create_topics()
        gateway = stack.start("gateway")
        until(lambda: gateway.records("store_prepared"), 30, "the indexes are made")
        yield stack


def client(stack, caller):
    if caller == "no token":
        return stack.api("")
    token = sign(stack.key_file, claims(**CALLERS["owner" if caller == "bad token" else caller]))
    if caller == "bad token":
        head, _, signature = token.split(".")
        token = ".".join((head, sign(stack.key_file, claims(**CALLERS["admin"])).split(".")[1], signature))
    return stack.api(token)


def target(stack, path, caller):
    """The path, of a fresh job or template of the owner's."""
    owner = client(stack, "owner")
    more = {"visibility": "private"} if caller == "private" else {}
    if "{jobId}" in path:
        job = owner.create(weekly(scheduledFor=LATER) | more)
        if path.endswith("/events"):  # the stream of a job that has ended ends
            assert owner.request("POST", f"{JOBS}/{job}/cancel", json={}).status_code == 200
        path = path.replace("{jobId}", job)
    if "{templateId}" in path:
        made = owner.post(TEMPLATES, json={"name": "T", "settings": weekly()} | more)
        path = path.replace("{templateId}", made.json()["data"]["id"])
    return path.replace("{linkId}", str(uuid.uuid4())).replace("{token}", "x").replace("{file}", "x").replace("{what}", "all")


def code_of(answer):
    try:
        return answer.json()["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None


def test_every_route_has_a_rule():
    assert ROUTES == sorted([*RULES, *KEYED])


@pytest.mark.parametrize("route", RULES)
def test_who_may(own, route):
    rule, good, body = RULES[route]
    method, path = route.split()
    wrong = []
    for caller in CALLERS:
        whole = target(own, path, caller)
        options = {"json": body} if body is not None else {}
        api = client(own, caller)
        if whole.startswith("/api/v2"):
            answer = api.request(method, whole, **options)
        else:
            answer = own.session.request(method, f"http://127.0.0.1:{own.gateway_port}{whole}", timeout=10)
        status, _, code = (good if rule[caller] == "ok" else rule[caller]).partition(" ")
        if answer.status_code != int(status) or (code and code_of(answer) != code):
            wrong.append(f"{caller}: {answer.status_code} {answer.text[:200]} instead of {status} {code}")
        if answer.status_code == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", KEYED)
def test_who_may_by_key(own, route):
    method, path = route.split()
    wrong = []
    admin, over = own.api_key("admin"), own.api_key("admin", "over")
    own.db.apikeys.update_one({"_id": over.split("_")[1]}, {"$set": {"revokedAt": datetime.datetime.now(datetime.UTC)}})
    forged = own.api_key("monitor", "forged")
    own.db.apikeys.update_one({"_id": forged.split("_")[1]}, {"$set": {"role": "admin"}})
    refused = "401 UNAUTHORIZED"
    for who, api, expected in (
        ("no key", own.keyed(None), refused),
        ("another's form", own.keyed("admin-key"), refused),
        ("mistyped", own.keyed(admin[:-1] + ("x" if admin[-1] != "x" else "y")), refused),
        ("revoked", own.keyed(over), refused),
        ("a role that was changed in the store", own.keyed(forged), refused),
        ("an admin's token", client(own, "admin"), refused),
        ("monitor", own.keyed(own.api_key("monitor")), FORBIDDEN),
        ("admin", own.keyed(admin), KEYED[route]),
    ):
        answer = api.request(method, path.replace("{jobId}", "x").replace("{name}", "x"))
        status, _, code = expected.partition(" ")
        found = answer.json().get("detail", {}).get("code", "")
        if answer.status_code != int(status) or found != code:
            wrong.append(f"{who}: {answer.status_code} {answer.text[:200]} instead of {expected}")
        if answer.status_code == 401:
            assert answer.headers["WWW-Authenticate"].startswith("ApiKey")
    assert not wrong, "\n".join(wrong)


def test_what_is_refused_changes_nothing(own):
    """The job and the template that strangers, and those without permission, were refused to change are as they were."""
    owner = client(own, "owner")
    job_id = owner.create(weekly(scheduledFor=LATER))
    template = owner.post(TEMPLATES, json={"name": "Mine", "settings": weekly()}).json()["data"]["id"]
    before = [owner.get(path).json() for path in (f"/{job_id}", f"{TEMPLATES}/{template}")]
    for caller in ("no token", "bad token", "other department", "no permission"):
        api = client(own, caller)
        for path in (f"/{job_id}/cancel", f"/{job_id}/retry", f"/{job_id}/links"):
            assert api.post(path, json={}).status_code in (401, 403, 404)
        for method in ("PUT", "PATCH", "DELETE"):
            body = json.dumps({"name": "Theirs", "settings": weekly()})
            answer = api.request(
                method, f"{TEMPLATES}/{template}", data=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (401, 403, 404)
    assert [owner.get(path).json() for path in (f"/{job_id}", f"{TEMPLATES}/{template}")] == before
