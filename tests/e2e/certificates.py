"""certificates.py: an authority of a test's own, and what a mail server may show: names → SSLContext."""

import ssl
import subprocess

# What each certificate is for, how many days it holds, and whether the authority signs it.
SHOWN = {
    "good": ("IP:127.0.0.1", 2, True),
    "expired": ("IP:127.0.0.1", -1, True),
    "other name": ("DNS:mail.example.com", 2, True),
    "unknown authority": ("IP:127.0.0.1", 2, False),
}
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def authority(folder, name):
    """(certificate, key) of a new one."""
    pem, key = folder / f"{name}.pem", folder / f"{name}.key"
    openssl("req", "-x509", *KEY, "-keyout", key, "-out", pem, "-days", 2, "-subj", f"/CN={name}")
    return pem, key


def make(folder):
    """(the authority's file, {name: SSLContext})"""
    trusted, other = authority(folder, "trusted"), authority(folder, "other")
    contexts = {}
    for number, (name, (subject, days, known)) in enumerate(SHOWN.items()):
        key, request, pem, more = (folder / f"{number}.{kind}" for kind in ("key", "csr", "pem", "ext"))
        more.write_text(f"subjectAltName={subject}\n")
        signer, signing_key = trusted if known else other
        openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", "/CN=mail")
        openssl("x509", "-req", "-in", request, "-CA", signer, "-CAkey", signing_key, "-CAcreateserial", "-days", days,
                "-extfile", more, "-out", pem)
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[name].load_cert_chain(pem, key)
    return trusted[0], contexts
