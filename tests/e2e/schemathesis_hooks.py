"""schemathesis_hooks.py: what test_schemathesis.py checks in the place of schemathesis' positive_data_acceptance.

A request that the file allows must be taken. A few things no schema can say; such a refusal must be a VALIDATION_ERROR whose
every detail points at one of them.
"""
import re

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

BEYOND = [
    # names of the report type's definition, and which operators, tables and comparisons it allows
    r"(/settings)?/parameters/(filters|groupBy|measures)(/.*)?", r"(/settings)?/parameters/compare",
    r"(/settings)?/parameters/(pivot|(sort|top)/by)",
    r"(/settings)?/output/(table|content)",
    r"(/settings)?/parameters/(timeZone|period/timeZone)",  # zones that exist
    r"(/settings)?/parameters/(dateRange(/.*)?|period/at)",  # a start before its end, days that are there
    r"/scheduledFor", r"/expires(At|In)",  # not in the past, not after the report is gone
    r"/(from|to)Date",  # one before the other, days that are there
    r"/recipient",  # one of the job's
    r"/templateId",  # one that is there
    r"/recipient",  # one of the job's
    r"(/settings)?/delivery(/.*)?",  # names of hosts by IDNA, and a requester with an address
]
# RFC 7396: what comes of a patch depends on what it is put over
PATCHED = [r"(/settings)?/(reportType|name|description|parameters|output|priority|visibility|delivery|settings)(/.*)?"]
WHOLE = "must be a whole number, not a number"  # 3.0: a number without a fraction is one to JSON Schema, not to us
NUL = "NUL byte in object key"  # which neither our parser nor the store can hold


def is_patch(case):
    return case.method == "PATCH" or isinstance(case.body, dict) and "templateId" in case.body


@schemathesis.check
def what_the_file_allows_is_taken(ctx, response, case):
    if response.status_code == 400:
        body = response.json() if "json" in response.headers.get("content-type", [""])[0] else {}
        error = body.get("error", body.get("detail", {}))
        if error.get("code") == "INVALID_JSON" and NUL in error["message"]:
            return None
        known = BEYOND + (PATCHED if is_patch(case) else [])
        details = error.get("details", error.get("errors", []))
        if details and all(
            d["message"].startswith(WHOLE) or any(re.fullmatch(k, d["pointer"]) for k in known) for d in details
        ):
            return None
    return positive_data_acceptance(ctx, response, case)
