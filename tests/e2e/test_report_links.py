"""Links that the owner of a job makes, followed by somebody who has nothing else."""
import threading

import requests

from stack import weekly


def made(api, job_id, **wanted):
    answer = api.post(f"/{job_id}/links", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def test_a_link_works_without_a_token_until_it_is_revoked(stack, api):
    job_id = api.wait(api.create(weekly(format="csv", name="To share")))["id"]
    link = made(api, job_id, expiresIn="1h", description="for the auditors")
    assert link["url"].startswith(f"http://127.0.0.1:{stack.gateway_port}/links/")
    whole = requests.get(link["url"], timeout=10)
    assert (whole.status_code, whole.content) == (200, api.download(job_id).content)
    part = requests.get(link["url"], headers={"Range": "bytes=5-9"}, timeout=10)
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    [listed] = api.get(f"/{job_id}/links").json()["data"]
    assert (listed["downloads"], listed["status"], listed["description"]) == (1, "active", "for the auditors")
    assert link["url"].rpartition("/")[2] not in str(listed)
    assert api.request("DELETE", f"/{job_id}/links/{link['id']}").status_code == 200
    gone = requests.get(link["url"], timeout=10)
    assert gone.status_code == 410 and "<h1>This link has been withdrawn</h1>" in gone.text
    forged = requests.get(link["url"].replace(link["id"], job_id), timeout=10)
    assert forged.status_code == 404
    # a colleague sees the job, and yet makes no link to it
    mine = stack.api(subject="u-mine", departments=("sales",))
    shared = mine.wait(mine.create(weekly(format="csv")))["id"]
    peer = stack.api(subject="u-peer", departments=("sales",))
    assert peer.download(shared).status_code == 200
    assert peer.post(f"/{shared}/links").status_code == 403


def test_no_more_downloads_than_the_link_is_good_for(stack, api):
    job_id = api.wait(api.create(weekly(format="csv")))["id"]
    url = made(api, job_id, maxDownloads=3)["url"]
    statuses, go = [], threading.Barrier(8)

    def follow():
        go.wait()
        statuses.append(requests.get(url, headers={"Range": "bytes=1-"}, timeout=20).status_code)

    threads = [threading.Thread(target=follow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 3 + [410] * 5
    assert api.get(f"/{job_id}/links").json()["data"][0]["downloads"] == 3
    assert "<h1>This link has been used</h1>" in requests.get(url, timeout=10).text
