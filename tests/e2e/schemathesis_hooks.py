"""schemathesis_hooks.py: what test_schemathesis.py checks in the place of schemathesis' positive_data_acceptance.

A request that the file allows must be taken. A few things no schema can say; such a refusal must be a VALIDATION_ERROR whose
every detail points at one of them.
"""
import json
import re

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

BEYOND = [
    # names of the report type's definition, and which operators, tables and comparisons it allows
    r"(/settings|/job)?/parameters/(filters|groupBy|measures)(/.*)?", r"(/settings|/job)?/parameters/(compare|edition)",
    r"(/settings|/job)?/parameters/(pivot|(sort|top)/by)",
    r"(/settings|/job)?/output/(table|content)",
    r"(/settings|/job)?/parameters/(timeZone|period/timeZone)",  # zones that exist
    r"(/settings|/job)?/parameters/(dateRange(/.*)?|period/at)",  # a start before its end, days that are there
    r"/scheduledFor", r"/expires(At|In)",  # not in the past, not after the report is gone
    r"/(from|to)Date",  # one before the other, days that are there
    r"/recipient",  # one of the job's
    r"/recipients(/.*)?",  # names of hosts by IDNA
    r"(/settings|/job)?/parameters/language",  # those that there are words of
    r"/templateId",  # one that is there
    r"/trigger(/(cron|every|at|anchor))?", r"/(start|end|dst|jitter)",  # due at some time from now on, of some length
    r"/calendar", r"/id", r"/ready(/(type|id|deadline))?", r"/misfire_grace",  # one that is there, the path's, what the job has
    r"/(dates|ranges|weekdays|yearly)(/.*)?", r"/name",  # days that are there, and some that are left; the path's
    r"/(from|to)",  # of a backfill: one before the other, so many due times
    r"/before", r"(/job)?/time_?[zZ]one", r"/job/requestedBy(/.*)?",
    r"(/settings|/job)?/delivery(/.*)?",  # names of hosts by IDNA, and a requester with an address
]
# of mailed reports: dates that are there, the start before the end; names of hosts by IDNA, and some with sendEmail
# and of webhooks: https, and hosts of the public internet; report types, durations and times that are there
OF_REPORTS = [r"/(start|end)Date", r"/emailRecipients(/\d+)?", r"/url", r"/reportTypes/\d+", r"/oldValidFor", r"/since"]
ORDER = "Start date must be before end date"
# RFC 7396: what comes of a patch depends on what it is put over
PATCHED = [r"(/settings|/job)?/(reportType|name|description|parameters|output|priority|visibility|delivery|settings)(/.*)?"]
WHOLE = "must be a whole number, not a number"  # 3.0: a number without a fraction is one to JSON Schema, not to us
NUL = "NUL byte in object key"  # which neither our parser nor the store can hold
NUL_TEXT = "a text holds \\u0000"  # in what a patch says nothing of
BIG = "too big integer"  # in the same


# of a schedule, too, with nulls for what it does not have
PATCHED.append(
    r"/(trigger|description|time_zone|dst|start|end|jitter|calendar|misfire.*|overlap|pause.*|note|ready|job|id)(/.*)?"
)


def is_patch(case):
    if case.method == "PATCH" or case.path.endswith("{jobId}/preview"):
        return True
    return isinstance(case.body, dict) and "templateId" in case.body


def is_beyond_of_reports(body):
    """Their details are a line for each fault."""
    lines = (body["details"] or "").split("\n")
    if body["message"] == ORDER or NUL in body["message"]:
        return True
    return all(re.fullmatch(f"({'|'.join(OF_REPORTS)}): .*", line, re.DOTALL) for line in lines)


@schemathesis.serializer("message/rfc822")
def mail(_context, value):
    """A mail is its text."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.check
def what_the_file_allows_is_taken(ctx, response, case):
    if response.status_code == 400:
        body = response.json() if "json" in response.headers.get("content-type", [""])[0] else {}
        if "code" in body and is_beyond_of_reports(body):
            return None
        error = body.get("error", body.get("detail", {}))
        unreadable = (NUL, NUL_TEXT, BIG) if is_patch(case) else (NUL,)
        if error.get("code") == "INVALID_JSON" and any(each in error["message"] for each in unreadable):
            return None
        if error.get("code") == "NOT_A_NOTIFICATION":  # which mail is one no schema says
            return None
        known = BEYOND + (PATCHED if is_patch(case) else [])
        details = error.get("details", error.get("errors", []))
        if details and all(
            d["message"].startswith(WHOLE) or any(re.fullmatch(k, d["pointer"], re.DOTALL) for k in known) for d in details
        ):
            return None
    return positive_data_acceptance(ctx, response, case)
