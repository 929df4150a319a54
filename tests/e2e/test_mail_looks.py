"""test_mail_looks.py: what a report's mail says, as two other programs read it, in three languages and one that is a file;
and how who gets it ends it: by the link at its foot, and by what mail programs send for their button."""
import email
import email.policy
import hashlib
import json
import re
import subprocess

import pytest
import requests

from maildev import MailDev
from stack import TOP, Stack

STRICT = email.policy.strict.clone(linesep="\r\n")


@pytest.fixture(scope="module")
def own(calls_csv):
    languages = {"JW_LANGUAGES_DIR": str(TOP / "schemas/languages")}
    with Stack("mail-looks", env={"all": languages}) as stack:
        stack.import_csv(calls_csv)
        stack.start_all()
        yield stack


def body(recipients, language="en", mail=None):
    delivery = {"recipients": recipients} | ({"mail": mail} if mail else {})
    return {
        "reportType": "call-records",
        "name": "Weekly calls",
        "parameters": {"period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"}, "language": language, "compare": "previous"},
        "output": {"format": "xlsx"},
        "delivery": delivery,
    }


def raw_mail(recipient):
    page, _ = MailDev().only(recipient)
    return MailDev().raw(page["id"])


def figures_of(summary):
    return {figure["label"]: figure["text"] for figure in summary["figures"]}


def read_by_node(raw, folder):
    path = folder / "mail.eml"
    path.write_bytes(raw)
    done = subprocess.run([TOP / "dev/mail-reader", "read", path], capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", ["en", "tr", "de", "it"])
def test_two_readers_find_the_same_mail(own, tmp_path, language):
    api = own.api()
    recipient = f"{language}-{own.id}@example.com"
    texts = {"subject": "{{report}} {{start}} – {{end}}: {{figures.totalCalls}} 📈", "senderName": "Çağrı, {{type}}"}
    job = api.create(body([recipient], language, texts))
    detail = api.wait(job)
    file = api.get(f"/{job}/download")
    figures = figures_of(detail["result"]["summary"])
    assert len(figures) > 5
    raw = raw_mail(recipient)

    python = email.message_from_bytes(raw, policy=STRICT)
    node = read_by_node(raw, tmp_path)
    total = next(f["text"] for f in detail["result"]["summary"]["figures"] if f["name"] == "totalCalls")
    assert python["Subject"] == node["subject"]
    assert python["Subject"].endswith(f": {total} 📈")
    assert [(a.display_name, a.addr_spec) for a in python["From"].addresses] == [
        (a["name"], a["address"]) for a in node["from"]
    ]
    assert node["from"][0]["name"] == "Çağrı, call-records"
    assert python["To"].addresses[0].addr_spec == node["to"][0]["address"] == recipient
    assert python["Message-ID"] == node["messageId"]
    assert python["Auto-Submitted"] == node["autoSubmitted"] == "auto-generated"
    assert node["unsubscribe"] == "List-Unsubscribe: " + python["List-Unsubscribe"]

    text, html = (python.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert text.strip() == node["text"].replace("\r\n", "\n").strip()
    assert html.strip() == node["html"].replace("\r\n", "\n").strip()
    for label, value in figures.items():
        assert re.search(rf"^  {re.escape(label)} +{re.escape(value)}( |$)", text, re.M), (label, value, text)
        assert f">{label}</div>" in html and f">{value}</div>" in html
    image = re.search(r'<img src="cid:([^"]+)"[^>]* alt="([^"]+)"', html)
    assert image.group(2) in text.replace("\n", " ")
    parts = {part.get_content_type(): part for part in python.walk() if not part.is_multipart()}
    assert parts["image/png"]["Content-ID"] == f"<{image.group(1)}>"
    assert parts["image/png"].get_content().startswith(b"\x89PNG")
    attached = next(python.iter_attachments())
    assert attached.get_content() == file.content
    found = {part["type"]: part for part in node["attachments"]}
    assert found["image/png"]["cid"] == image.group(1)
    assert found["image/png"]["disposition"] == "inline"
    assert found[attached.get_content_type()]["sha256"] == hashlib.sha256(file.content).hexdigest()
    assert found[attached.get_content_type()]["name"] == attached.get_filename() == detail["result"]["fileName"]


def test_words_that_nobody_knows_are_refused(own):
    api = own.api()
    wrong = body(["a@example.com"], mail={"subject": "{{figures.totalCall}}", "intro": "{{perod}}", "senderName": "a@b"})
    answer = api.post("", json=wrong)
    assert answer.status_code == 400
    assert {d["pointer"]: d["message"] for d in answer.json()["error"]["details"]} == {
        "/delivery/mail/subject": "names no value 'figures.totalCall'; did you mean 'figures.totalCalls'?",
        "/delivery/mail/intro": "names no value 'perod'; did you mean 'period'?",
        "/delivery/mail/senderName": "is a name, without @, quotes or brackets: the address is that of JW_MAIL_FROM",
    }


def delivered(api, job, recipient, status):
    detail = api.wait_mailed(job)
    row = next(r for r in detail["delivery"]["recipients"] if r["email"] == recipient)
    assert row["status"] == status, row
    return row


def test_who_unsubscribes_gets_no_more_of_it(own):
    api = own.api()
    ann, ben = (f"{name}-leaves-{own.id}@example.com" for name in ("ann", "ben"))
    first = api.create(body([ann, ben]))
    delivered(api, first, ann, "Sent")
    message = email.message_from_bytes(raw_mail(ann), policy=STRICT)
    link = re.fullmatch(r"<(.*)>", message["List-Unsubscribe"]).group(1)
    assert link in message.get_body(("plain",)).get_content()
    # http here: one click is promised for https alone
    assert message["List-Unsubscribe-Post"] is None

    for _ in range(2):  # as a filter of links does
        page = requests.get(link, timeout=10)
        assert page.status_code == 200
        assert "<h1>Unsubscribe</h1>" in page.text and ann in page.text
    form = requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=10)
    assert (form.status_code, "<h1>You are unsubscribed</h1>" in form.text) == (200, True)

    second = api.create(body([ann, ben]))
    row = delivered(api, second, ann, "Failed")
    assert row["errorMessage"].startswith("suppressed: unsubscribed from call-records reports on ")
    delivered(api, second, ben, "Sent")
    assert len(MailDev().listed(ann)) == 1
    assert len(MailDev().listed(ben)) == 2
    listed = own.jobctl("suppress", "list", ann).stdout
    assert "unsubscribed" in listed and "call-records" in listed and ben not in listed

    own.jobctl("suppress", "remove", ann, "--type", "call-records")
    third = api.create(body([ann]))
    delivered(api, third, ann, "Sent")
    own.jobctl("suppress", "add", ann, "--note", "asked by phone")
    fourth = api.create(body([ann]))
    row = delivered(api, fourth, ann, "Failed")
    assert row["errorMessage"].startswith("suppressed: put on the list on ")
    assert len(MailDev().listed(ann)) == 2


def test_a_preview_is_the_mail(own):
    api = own.api()
    recipient = f"preview-{own.id}@example.com"
    job = api.create(body([recipient], "it"))
    delivered(api, job, recipient, "Sent")
    message = email.message_from_bytes(raw_mail(recipient), policy=STRICT)
    shown = own.jobctl("mail", "preview", job, JW_LANGUAGES_DIR=str(TOP / "schemas/languages")).stdout
    assert f"Subject: {message['Subject']}\n" in shown
    sent = message.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
    body_of = shown.split("\n\n", 1)[1].strip()
    assert re.sub(r"https?://\S+", "LINK", body_of) == re.sub(r"https?://\S+", "LINK", sent)
