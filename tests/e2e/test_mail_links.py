"""test_mail_links.py: a report that is too large for its mail, seen by somebody who has the mail and nothing else."""
import re
import subprocess

import pytest
import requests

from maildev import MailDev
from stack import Stack, program

LINK = r"http://127\.0\.0\.1:\d+/links/[-\w.]+"


@pytest.fixture(scope="module")
def own():
    """Nothing is attached; the notifier signs with a new key, which the gateway has beside the old one."""
    keys = [f"{name}:{name * 32}" for name in ("new", "old")]
    env = {"notifier": {"JW_ATTACH_MAX": "0", "JW_LINK_KEYS": keys[0]}, "gateway": {"JW_LINK_KEYS": ",".join(reversed(keys))}}
    with Stack("mail-links", env=env) as stack:
        stack.start_all()
        yield stack


def mailed_link(message):
    """The link of the plain text, which is the button's as well."""
    text, html = (message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    link = re.search(f"^{LINK}$", text, re.M).group()
    assert set(re.findall(f'href="({LINK})"', html)) == {link}
    assert "sign-in" in text
    assert re.search(r"^The link works until \d+ \w+ \d{4}, \d\d:\d\d UTC\.$", text, re.M)
    assert not list(message.iter_attachments())
    return link


def body(recipients):
    return {
        "reportType": "call-records",
        "name": "Too large",
        "parameters": {},
        "output": {"format": "xlsx"},
        "delivery": {"recipients": recipients},
    }


def test_the_link_works_without_a_token_until_it_is_revoked(own):
    api = own.api()
    recipients = [f"{name}-{own.id}@example.com" for name in ("ann", "ben")]
    job_id = api.create(body(recipients))
    api.wait(job_id)
    ann, ben = (mailed_link(MailDev().only(recipient)[1]) for recipient in recipients)
    assert ann != ben

    whole = requests.get(ann, timeout=10)
    assert whole.status_code == 200
    assert whole.content == api.get(f"/{job_id}/download").content
    assert "no-store" in whole.headers["Cache-Control"]
    assert whole.headers["Referrer-Policy"] == "no-referrer"
    assert whole.headers["Content-Disposition"].startswith("attachment")
    head = requests.head(ann, timeout=10)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(whole.content)), b"")
    part = requests.get(ann, headers={"Range": "bytes=10-19"}, timeout=10)
    assert (part.status_code, part.content) == (206, whole.content[10:20])

    forged = requests.get(ann[:-1] + chr(ord(ann[-1]) ^ 1), timeout=10)
    assert (forged.status_code, forged.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>This link does not work</h1>" in forged.text

    answer = api.request("DELETE", f"/{job_id}/links", params={"recipient": recipients[0]})
    assert answer.status_code == 200, answer.text
    assert [row["email"] for row in answer.json()["data"]["revoked"]] == [recipients[0]]
    gone = requests.get(ann, timeout=10)
    assert gone.status_code == 410
    assert "<h1>This link has been withdrawn</h1>" in gone.text
    assert requests.get(ben, timeout=10).status_code == 200


@pytest.mark.parametrize("service", ["gateway", "notifier"])
def test_without_keys_a_service_says_what_is_missing(own, service):
    env = own.environment(service) | {"JW_LINK_KEYS": ""}
    done = subprocess.run([program(f"jobwire-{service}")], env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 78
    assert "JW_LINK_KEYS: not set; it must be set (directly or by a file named in JW_LINK_KEYS_FILE)" in done.stderr
    process = own.start(service, wait=False, JW_LINK_KEYS="a:too-short", JW_HTTP_PORT="0")
    assert process.process.wait(30) == 70
    process.killed = True
    cause = process.records("service_start_failed")[0]["cause"]
    assert "the secret of key 1 has 9 characters; 32 to 512 are needed" in cause
    assert "too-short" not in process.log_path.read_text()
