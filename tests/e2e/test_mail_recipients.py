"""Where mails may go: domains that the operator allows, international names, and letters of any alphabet before the @."""

import json
import uuid

import pytest

from smtpsink import SmtpSink
from stack import DEADLY, Stack, command, event_headers, weekly
from test_seed_001 import JOBS as SCHEDULES
from test_templates import TEMPLATES
from wait import until

ALLOWED = "example.com, *.partner.example, m\u00fcnchen.example"


@pytest.fixture(scope="module")
def own(calls_csv):
    mails = SmtpSink()
    allow = {"JW_MAIL_ALLOW_DOMAINS": ALLOWED}
    with Stack("recipients", smtp_url=mails.url, env={"gateway": allow, "notifier": DEADLY["notifier"] | allow}) as stack:
        stack.mails = mails
        stack.import_csv(calls_csv)
        stack.start_all()
        yield stack
    mails.close()


def named(domain):
    return f"reader-{uuid.uuid4().hex[:8]}@{domain}"


def deliveries_of(own, job_id, count):
    def ended():
        found = list(own.db.deliveries.find({"jobId": job_id, "state": {"$in": ["sent", "failed", "bounced"]}}))
        return found if len(found) == count else None

    return {d["recipient"]: d for d in until(ended, 60, "the deliveries have ended")}


def test_a_recipient_elsewhere_is_refused_by_name(own):
    client, admin = own.api(), own.keyed(own.api_key("admin"))
    wrong, good = named("evil.example"), named("example.com")
    schedule = {"trigger": {"type": "cron", "cron": "@yearly"}, "job": {"kind": "report"} | weekly([good, wrong])}
    refused = {
        "/delivery/recipients/1": client.post(json=weekly([good, wrong])),
        "/settings/delivery/recipients/1": client.post(TEMPLATES, json={"name": "t", "settings": weekly([good, wrong])}),
        "/job/delivery/recipients/1": admin.post(SCHEDULES, json=schedule),
    }
    for pointer, answer in refused.items():
        assert answer.status_code == 400, answer.text
        told = answer.json()["detail"]["errors"] if "detail" in answer.json() else answer.json()["error"]["details"]
        [about] = [each for each in told if each["pointer"] == pointer]
        assert wrong in about["message"] and "JW_MAIL_ALLOW_DOMAINS" in about["message"]
    assert client.post(json=weekly([named("partner.example")])).status_code == 400, "only what is below it"
    assert own.mails.received() == []


def test_a_report_is_not_sent_again_to_others(own):
    client, good, wrong = own.api(), named("example.com"), named("evil.example")
    job_id = client.wait_mailed(client.create(weekly([good], "sent again", "csv")), seconds=60)["id"]
    answer = client.post(f"/{job_id}/deliveries", json={"recipients": [good, wrong]})
    assert answer.status_code == 400 and answer.json()["error"]["details"][0]["pointer"] == "/recipients/1"
    assert wrong in answer.text and own.mails.received(wrong) == []
    again = client.post(f"/{job_id}/deliveries", json={"recipients": [named("b.partner.example")]})
    assert again.status_code in (201, 202), again.text


def test_what_comes_by_kafka_is_never_sent_elsewhere(own):
    """Who sent the command is not there to be told: the job is done, and its delivery says why it went nowhere."""
    good, wrong = named("a.partner.example"), named("evil.example")
    job_id = str(uuid.uuid4())
    body = command(weekly([good, wrong], "by Kafka", "csv")) | {"jobId": job_id, "requestedBy": {"id": "u-e2e"}}
    own.publish("job.commands.normal", json.dumps(body), job_id, event_headers("job.submit"))
    found = deliveries_of(own, job_id, 2)
    assert found[good]["state"] == "sent" and len(own.mails.received(good)) == 1
    assert found[wrong]["state"] == "failed" and "not allowed" in found[wrong]["reply"]
    assert own.mails.received(wrong) == []
    assert wrong not in "".join(line for _, line in own.mails.log)


def test_an_international_domain(own):
    client = own.api()
    name = uuid.uuid4().hex[:8]
    client.wait_mailed(client.create(weekly([f"{name}@M\u00fcnchen.example"], "IDNA", "csv")), seconds=60)
    [mail] = own.mails.received(f"{name}@xn--mnchen-3ya.example")
    assert mail.message["To"].addresses[0].addr_spec == f"{name}@xn--mnchen-3ya.example"
    assert "SMTPUTF8" not in [line for _, line in own.mails.log if line.startswith("MAIL")][-1]


def test_letters_of_any_alphabet_before_the_at(own):
    client = own.api()
    recipient = f"g\u00fcl\u015fah-{uuid.uuid4().hex[:8]}@example.com"
    mailed = client.wait_mailed(client.create(weekly([recipient], "UTF-8", "csv")), seconds=60)
    assert mailed["delivery"]["recipients"][0] == mailed["delivery"]["recipients"][0] | {"email": recipient, "status": "Sent"}
    [mail] = own.mails.received(recipient)
    assert f"To: {recipient}\r\n".encode() in mail.raw
    assert [line for _, line in own.mails.log if line.startswith("MAIL")][-1].endswith("BODY=8BITMIME SMTPUTF8")


def test_a_server_that_does_not_take_them(own):
    """It fails at once, with the reason, and is not tried for three days."""
    client = own.api()
    recipient, other = f"\u0430\u043d\u043d\u0430-{uuid.uuid4().hex[:8]}@example.com", named("example.com")
    own.mails.offers.remove("SMTPUTF8")
    own.mails.disconnect()
    job = client.wait_mailed(client.create(weekly([recipient, other], "no SMTPUTF8", "csv")), seconds=60)
    mailed = {r["email"]: r for r in job["delivery"]["recipients"]}
    assert mailed[recipient]["status"] == "Failed" and "SMTPUTF8" in mailed[recipient]["errorMessage"]
    assert mailed[other]["status"] == "Sent" and own.mails.received(recipient) == []
    assert own.db.deliveries.find_one({"recipient": recipient})["attempts"] == 1
    own.mails.offers.append("SMTPUTF8")
    own.mails.disconnect()


ODD = ("p\u0430ypal@example.com", "a\uff20b@example.com", "\ufb01@example.com", "a\u200bb@example.com")


@pytest.mark.parametrize("address", ODD)
def test_what_reads_as_another_is_refused(own, address):
    answer = own.api().post(json=weekly([address]))
    assert answer.status_code == 400 and answer.json()["error"]["details"][0]["pointer"] == "/delivery/recipients/0"


# What must not get into a mail or an SMTP command. An address: refused, at its pointer.
ADDRESSES = {
    "CR": "a@example.com\rRCPT TO:<evil@example.com>",
    "LF": "a@example.com\nRCPT TO:<evil@example.com>",
    "CRLF": "a@example.com\r\nRCPT TO:<evil@example.com>",
    "CRLF before the at": "a\r\nDATA\r\n@example.com",
    "NUL": "a@example.com\u0000.evil.example",
    "newline in an encoded word": "=?utf-8?q?a=0d=0aBcc:_evil?=@example.com",
    "end of the path and RCPT": "a@example.com>\r\nRCPT TO:<evil@example.com",
    "end of the path and a parameter": "a@example.com> NOTIFY=SUCCESS",
    "option": "-oQ/tmp@example.com",
    "local part of 255": "a" * 255 + "@example.com",
    "address literal": "a@[127.0.0.1]",
    "IPv6 literal": "a@[IPv6:::1]",
    "quoted local part": '"a b"@example.com',
    "quoted line break": '"a\r\n"@example.com',
    "group": "people:a@example.com;",
    "two addresses": "a@example.com,evil@example.com",
    "display name": "Boss <a@example.com>",
    "display name with a header": "Boss\r\nBcc: evil@example.com\r\n <a@example.com>",
    "route": "@evil.example:a@example.com",
    "two at": "a@example.com@evil.example",
    "look-alike letters": "\u0430dmin@example.com",
    "right-to-left override": "a\u202e@example.com",
    "full-width at": "a\uff20example.com",
    "8-bit control": "a\u0085@example.com",
}


@pytest.mark.parametrize("row", ADDRESSES)
def test_an_address_that_would_say_more(own, row):
    before = len(own.mails.log)
    answer = own.api().post(json=weekly([ADDRESSES[row]]))
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    if error["code"] != "INVALID_JSON":  # a NUL is no text at all
        assert [each["pointer"] for each in error["details"]] == ["/delivery/recipients/0"]
    assert len(own.mails.log) == before


def test_ten_thousand_recipients(own):
    answer = own.api().post(json=weekly([f"r{number}@example.com" for number in range(10_000)]))
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["error"]["details"]] == ["/delivery/recipients"]


# What a job may say of itself. None: it is refused; else the mail is one to one recipient, whatever stands in it.
TEXTS = {
    "subject with Bcc": ({"name": "Calls\r\nBcc: evil@example.com"}, False),
    "subject with a bare LF": ({"name": "Calls\nBcc: evil@example.com"}, False),
    "subject with an encoded word": ({"name": "=?utf-8?q?Calls=0d=0aBcc:_evil=40example.com?="}, True),
    "lone dots": ({"description": "one\n.\ntwo\n..\n.three\n."}, True),
    "end of data by bare LF": ({"description": "one\n.\nMAIL FROM:<evil@example.com>\nRCPT TO:<evil@example.com>\n"}, True),
    "end of data by CRLF": ({"description": "one\r\n.\r\nMAIL FROM:<evil@example.com>\r\nDATA\r\n"}, True),
    "file name with quotes": ({"output": {"format": "csv", "filename": 'a"; filename="b.exe'}}, True),
    "file name of RFC 2231": ({"output": {"format": "csv", "filename": "a*0*=utf-8''%0d%0aX: y"}}, True),
    "file name with a line": ({"output": {"format": "csv", "filename": "a\r\nX-Evil: 1"}}, False),
    "8-bit text": ({"name": "\u00c7a\u011fr\u0131 \U0001f4de", "description": "\u00fc\u0130\u015f"}, True),
}


@pytest.mark.parametrize("row", TEXTS)
def test_a_text_that_would_say_more(own, row):
    more, taken = TEXTS[row]
    client, recipient, before = own.api(), named("example.com"), len(own.mails.log)
    body = weekly([recipient], format="csv") | more
    if not taken:
        assert client.post(json=body).status_code == 400
        return
    job = client.wait_mailed(client.create(body), seconds=60)
    [mail] = own.mails.received(recipient)
    words = [line.split(" ")[0] for _, line in own.mails.log[before:]]
    assert words.count("MAIL") == words.count("RCPT") == words.count("DATA") == 1
    assert "evil" not in "".join(line for _, line in own.mails.log[before:])
    assert mail.message["Bcc"] is None and mail.message["X-Evil"] is None and mail.message["X"] is None
    assert [a.addr_spec for a in mail.message["To"].addresses] == [recipient]
    assert mail.raw.isascii() and max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.raw.replace(b"\r\n", b"") and b"\r" not in mail.raw.replace(b"\r\n", b"")
    assert mail.message.defects == [] and mail.attachment()[0] == job["result"]["fileName"]
