"""Mails are signed (RFC 6376) when a key is given: another implementation verifies them, as they came through the server."""

import base64
import subprocess

import dkim
import pytest

from stack import DEADLY, Stack, address, weekly

KINDS = {"rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ed25519": ["-algorithm", "ED25519"]}
RECORDS = {"rsa": "v=DKIM1; k=rsa; p=", "ed25519": "v=DKIM1; k=ed25519; p="}
SIGNED_TWICE = (b"from", b"to", b"subject", b"date", b"message-id")


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def own(calls_csv, mails):
    with Stack("dkim", smtp_url=mails.url, env=DEADLY) as stack:
        stack.import_csv(calls_csv)
        stack.start_all(("gateway", "scheduler", "executor"))
        yield stack


def record_of(kind, key):
    """What stands in the DNS for a key."""
    lines = "".join(openssl("pkey", "-in", key, "-pubout").splitlines()[1:-1])
    if kind == "ed25519":  # RFC 8463: the 32 bytes alone
        lines = base64.b64encode(base64.b64decode(lines)[-32:]).decode()
    return (RECORDS[kind] + lines).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_mail(own, mails, tmp_path, kind):
    key = tmp_path / "dkim.pem"
    openssl("genpkey", *KINDS[kind], "-out", key)
    record = record_of(kind, key)
    asked = []

    def dns(name, timeout=5):
        asked.append(name)
        return record

    client, recipient = own.api(), address(own, kind)
    mails.plan(recipient, "drop-after-dot")
    notifier = own.start("notifier", JW_DKIM_KEY_FILE=str(key), JW_DKIM_SELECTOR="e2e")
    client.wait_mailed(client.create(weekly([recipient], f"Signed by {kind}")), seconds=60)
    first, again = mails.received(recipient)
    assert first.raw == again.raw, "sent again it is the same to the byte, signature and all"
    verifier = dkim.DKIM(first.raw)
    assert verifier.verify(dnsfunc=dns) and set(asked) == {b"e2e._domainkey.jobwire.localhost."}
    fields = verifier.signature_fields
    assert fields[b"a"].decode() == {"rsa": "rsa-sha256", "ed25519": "ed25519-sha256"}[kind]
    assert fields[b"c"] == b"relaxed/relaxed" and fields[b"d"] == b"jobwire.localhost"
    date = first.message["Date"].datetime.timestamp()
    assert int(fields[b"t"]) == int(date)
    names = b"".join(fields[b"h"].split()).lower().split(b":")
    assert all(names.count(name) == 2 for name in SIGNED_TWICE), names
    # relays may add trace headers and fold anew, and nobody may change or add what people see
    assert dkim.verify(b"Received: from a relay\r\n" + first.raw, dnsfunc=dns)
    for forged in (
        first.raw.replace(b"\r\nSubject: ", b"\r\nSubject: Urgent: ", 1),
        b"Subject: Urgent\r\n" + first.raw,
        b"From: boss@example.com\r\n" + first.raw,
        first.raw.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-none"),
        first.raw + b"--\r\n",
    ):
        assert not dkim.verify(forged, dnsfunc=dns)
    notifier.stop()
    secret = key.read_text().splitlines()[1]
    assert secret not in notifier.log_path.read_text("utf-8", "replace")


def test_without_a_key_nothing_is_signed(own, mails):
    client, recipient = own.api(), address(own, "plain")
    own.start("notifier")
    client.wait_mailed(client.create(weekly([recipient], "Not signed", "csv")), seconds=60)
    assert mails.received(recipient)[0].message["DKIM-Signature"] is None
