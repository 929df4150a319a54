"""demo.py JOBCTL FOLDER: asks a running Jobwire for one report and shows what becomes of it, as it happens.

Uses Python's own library only. The addresses come from dev/env. What is shown is what the gateway and the mail
server answer; a state that lasted less than one question is derived from the times that the job records.
"""

import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

POLL_S, JOB_S, MAIL_S = 0.02, 120, 90
JOBS = "/api/v2/reports/jobs"
TTY = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
COLOURS = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
BAR_CELLS = 24


class DemoError(Exception):
    """One clear sentence with the cure."""


def paint(text, colour):
    return f"\033[{COLOURS[colour]}m{text}\033[0m" if TTY and not os.environ.get("NO_COLOR") else str(text)


def show(text=""):
    print(("\r\033[K" if TTY else "") + text, flush=True)


def heading(text):
    show()
    show(paint(text, "bold"))


def fact(label, text):
    show(f"  {label:<10}{text}")


def size(count):
    return f"{count / 1024:.1f} KiB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MiB"


def since(earlier, later):
    """Seconds between two RFC 3339 times of the job."""
    parse = datetime.datetime.fromisoformat
    return (parse(later) - parse(earlier)).total_seconds()


def call(url, token=None, body=None):
    headers = {"Accept": "*/*"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # they are this machine's own addresses
    try:
        with opener.open(urllib.request.Request(url, body, headers), timeout=30) as answer:
            return answer.read()
    except urllib.error.HTTPError as refusal:
        text = refusal.read(2000).decode(errors="replace").strip()
        raise DemoError(f"{url} answered {refusal.code}: {text}; see: make logs NAME=gateway") from None
    except OSError as cause:
        raise DemoError(f"{url} does not answer ({getattr(cause, 'reason', cause)}); look at: make status") from None


def jobctl(*arguments):
    result = subprocess.run([sys.argv[1], *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    if result.returncode != 0:
        raise DemoError(f"'jobctl {arguments[0]}' failed, its message is above; see also: make status")
    return result.stdout.strip()


class Way:
    """The lines of one job's way; each line is shown once, with the seconds since the POST."""

    def __init__(self):
        self.begin = time.monotonic()
        self.states, self.mails, self.step, self.painted_bar = [], {}, None, False

    def line(self, what, colour, text, at=None):
        at = time.monotonic() - self.begin if at is None else at
        show(f"  {paint(f'{at:7.3f} s', 'dim')}  {paint(f'{what:<11}', colour)}{text}")

    def reached(self, state):
        """True the first time."""
        new = state not in self.states
        self.states.append(state)
        return new

    def bar(self, job):
        progress = job.get("progress", {})
        step, percent = progress.get("currentStep", ""), progress.get("percentage", 0)
        done, total = progress.get("recordsProcessed", 0), progress.get("totalRecords")
        rows = f"{done:,} of {total:,} records" if total else ""
        if TTY:
            full = percent * BAR_CELLS // 100
            bar = "#" * full + "." * (BAR_CELLS - full)
            print(f"\r\033[K{'':23}[{paint(bar[:full], 'cyan')}{bar[full:]}] {percent:3d} %  {step}  {rows}", end="", flush=True)
        elif step != self.step:
            self.line("", "cyan", f"{percent:3d} %  {step}" + (f", {rows}" if done else ""))
        self.step = step

    def see_job(self, job):
        state = job["status"]
        if state == "pending" and self.reached("pending"):
            self.line("pending", "yellow", "kept in MongoDB; its command goes to Kafka")
        if job.get("startedAt") and self.reached("running"):
            late = None if state == "running" else since(job["createdAt"], job["startedAt"])
            self.line("running", "cyan", "an executor has claimed it", late)
        if state == "running":
            self.bar(job)
        if state == "completed" and self.reached("completed"):
            result = job["result"]
            ran = since(job["startedAt"], job["completedAt"])
            self.line("completed", "green", f"{result['records']:,} records, {size(result['sizeBytes'])}, in {ran:.2f} s")
            show(f"{'':23}{result['fileName']}")
            show(f"{'':23}SHA-256 {result['sha256']}")
        if state in ("failed", "cancelled"):
            why = job.get("error", {}).get("message") or job.get("cancelReason") or "no reason was given"
            raise DemoError(f"the job ended as {state}: {why}; see: make logs NAME=executor")

    def see_mails(self, job):
        """True when every mail is sent."""
        recipients = job.get("delivery", {}).get("recipients", [])
        for mail in recipients:
            address, state = mail["email"], mail["status"]
            before = self.mails.get(address)
            if before == state:
                continue
            self.mails[address] = state
            good = {"Queued": "yellow", "Sending": "cyan", "Sent": "green"}.get(state)
            why = mail.get("errorMessage") or mail.get("note") or ""
            if before == "Sending" and state == "Queued":
                why = why or "again: the mail server did not take it yet"
            self.line("mail", good or "red", f"{address:<30}{paint(state, good or 'red')}" + (f", {why}" if why else ""))
            if not good:
                raise DemoError(f"the mail to {address} is {state}: {why or 'no reason was given'}; see: make logs NAME=notifier")
        return bool(recipients) and all(mail["status"] == "Sent" for mail in recipients)


def follow(url, token, answer):
    way = Way()
    way.see_job(answer)
    deadline = way.begin + JOB_S
    while True:
        job = json.loads(call(url, token))["data"]
        way.see_job(job)
        completed = job["status"] == "completed"
        if completed and way.see_mails(job):
            return job
        if completed and "mails" not in way.states:
            way.reached("mails")
            deadline = time.monotonic() + MAIL_S
        if time.monotonic() > deadline:
            what, name = ("mails are not sent", "notifier") if completed else ("job has not ended", "executor")
            raise DemoError(f"the {what} after {MAIL_S if completed else JOB_S} s; see: make logs NAME={name}")
        time.sleep(POLL_S)


def prepare():
    heading("1  Records")
    printed = jobctl("demo-data")  # its defaults: whoever calls it by hand adds nothing to these
    found = re.search(r": ([\d,]+) records from (\S+) to (\S+), ([\d,]+) added", printed)
    if not found:
        raise DemoError(f"jobctl demo-data printed something unexpected: {printed}")
    rows, first, last, added = found.groups()
    news = "generated and loaded" if added == rows else "there already" if added == "0" else f"{added} of them new"
    fact("data", f"{rows} call records of a call centre, {first} to {last}, {news}")
    token = jobctl("token", "--role", "admin", "--subject", "demo", "--name", "Demo")
    fact("token", f"signed with the local key: role admin, holds 1 h ({token[:12]}...)")
    return token


def ask(gateway, token):
    recipients = os.environ.get("JW_DEMO_RECIPIENTS") or "ayse@jobwire.localhost,manager@jobwire.localhost"
    body = {
        "reportType": "call-records",
        "name": "Weekly call report",
        "parameters": {"period": {"type": "weekly"}},
        "output": {"format": "xlsx"},
        "delivery": {"recipients": recipients.split(",")},
    }
    heading(f"2  POST {gateway}{JOBS}")
    for name, value in body.items():
        fact("", f"{name:<12}{value if isinstance(value, str) else json.dumps(value)}")
    data = json.loads(call(gateway + JOBS, token, json.dumps(body).encode()))["data"]
    fact("answer", f"201, job {data['id']}")
    return data, f"{gateway}{JOBS}/{data['id']}"


def fetch(url, token, result, folder):
    heading("4  Download and check")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(result["fileName"]).name
    content = call(url + "/download", token)
    if hashlib.sha256(content).hexdigest() != result["sha256"]:
        raise DemoError("the download is not the file that the job names: SHA-256 differs; see: make logs NAME=gateway")
    path.write_bytes(content)
    with zipfile.ZipFile(path) as workbook:
        sheets = re.findall(r'<sheet name="([^"]+)"', workbook.read("xl/workbook.xml").decode())
    fact("file", f"{size(len(content))}, SHA-256 is the job's: {paint('good', 'green')}")
    fact("sheets", ", ".join(sheets))
    figures = result["summary"]["figures"]
    for figure in figures:
        fact("figures" if figure is figures[0] else "", f"{figure['label']:<24}{figure['text']:>10}")
    return path


def caught_mails(page, file_name):
    """The newest mail with that file for each address."""
    caught = sorted(json.loads(call(page + "/email")), key=lambda mail: mail["time"])
    return {
        to["address"]: mail
        for mail in caught
        if any(file.get("fileName") == file_name for file in mail.get("attachments") or [])
        for to in mail["to"]
    }


def mail_page(job):
    """Where the first recipient's mail can be read, once the mail server shows all of them."""
    page = os.environ.get("JW_DEV_MAIL_WEB_URL")
    if not page or page != os.environ["JW_DEMO_MAIL_PAGE"]:  # somebody else's mail server: nothing is known of it
        return page
    wanted = [mail["email"] for mail in job["delivery"]["recipients"]]
    deadline = time.monotonic() + 5
    while True:
        ids = caught_mails(page, job["result"]["fileName"])
        missing = [address for address in wanted if address not in ids]
        if not missing:
            break
        if time.monotonic() > deadline:
            raise DemoError(f"the mail server at {page} does not show the mail to {missing[0]}; see: make logs NAME=maildev")
        time.sleep(POLL_S)
    heading("5  Mail, as the mail server caught it")
    mail = ids[wanted[0]]
    fact("subject", mail["subject"])
    fact("to", ", ".join(wanted))
    return f"{page}/#/email/{mail['id']}"


def main():
    gateway, folder = os.environ["JW_GATEWAY_URL"], Path(sys.argv[2])
    begin = time.monotonic()
    token = prepare()
    answer, url = ask(gateway, token)
    heading("3  Its way")
    job = follow(url, token, answer)
    path = fetch(url, token, job["result"], folder)
    page = mail_page(job)
    heading(f"Done in {time.monotonic() - begin:.1f} s. Everything stays up.")
    fact("Report", paint(path, "cyan"))
    fact("Mail", paint(page, "cyan") if page else "at the mail server of JW_SMTP_URL")
    fact("Look", "make status, make logs;  API: schemas/http/openapi-reports.yaml")
    fact("Stop", paint("make down", "bold"))


try:
    main()
except DemoError as error:
    show()
    sys.exit(f"{paint('demo:', 'red')} {error}")
except (KeyError, ValueError, zipfile.BadZipFile) as cause:
    show()
    sys.exit(f"{paint('demo:', 'red')} an answer was not understood ({cause!r}); is another program on these ports? make status")
except KeyboardInterrupt:
    show()
    sys.exit("demo: stopped watching; Jobwire stays up, end it with: make down")
