"""The list of jobs: a page costs what it shows, however many jobs there are."""

import copy
import uuid
from datetime import datetime, timedelta

import pytest

from stack import Stack, weekly
from wait import until

JOBS, LIMIT = 300, 20
ORDERS = {
    "createdAt": {"createdAt": -1, "_id": -1},
    "priority": {"priority": -1, "createdAt": -1, "_id": -1},
    "status": {"state": -1, "createdAt": -1, "_id": -1},
}


@pytest.fixture(scope="module")
def full():
    """A gateway, and many pending jobs."""
    with Stack("list") as stack:
        stack.create_topics()
        gateway = stack.start("gateway")
        until(lambda: gateway.records("store_prepared"), 30, "the indexes are made")
        first = stack.db.jobs.find_one({"_id": stack.api().create(weekly())})
        more = [copy.deepcopy(first) for _ in range(JOBS - 1)]
        for n, job in enumerate(more):
            later = timedelta(milliseconds=n * 7919 % 1000 + 1)
            job |= {"_id": str(uuid.uuid4()), "createdAt": job["createdAt"] + later, "priority": n % 3, "outbox": []}
        stack.db.jobs.insert_many(more)
        yield stack


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_reads_no_more_than_it_shows(full, order):
    """What the gateway asks the store, by the store's own account of it."""
    query = {"find": "jobs", "filter": {"type": "report"}, "sort": ORDERS[order], "limit": LIMIT}
    plan = full.db.command("explain", query, verbosity="executionStats")
    assert plan["executionStats"]["totalDocsExamined"] <= LIMIT, plan["queryPlanner"]["winningPlan"]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_are_whole_and_in_order(full, order):
    admin, seen = full.api(roles=("admin",)), []
    for page in (1, 2, 3):
        answer = admin.get(params={"page": page, "limit": 100, "sortBy": order}).json()
        assert answer["pagination"] == {"page": page, "limit": 100, "total": JOBS, "pages": 3}
        seen += answer["data"]
    assert len({job["id"] for job in seen}) == JOBS
    ranks = {"low": 0, "normal": 1, "high": 2}
    keys = [(ranks[job["priority"]] if order == "priority" else 0, datetime.fromisoformat(job["createdAt"])) for job in seen]
    assert keys == sorted(keys, reverse=True)
