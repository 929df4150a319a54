"""stack.py: a whole Jobwire of a test's own: database, topics, keys and processes, started from a clean environment.

The servers are those of JW_MONGODB_URI and JW_KAFKA_BROKERS (`make test` starts them), or others that a test gives. The
programs are those of JW_TEST_BUILD_DIR. Logs stay under build/e2e/<name>/. Every process must end with status 0 after
SIGTERM, in its drain time and without a report of a sanitizer, unless the test killed it.
"""

import base64
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import confluent_kafka
import confluent_kafka.admin
import pymongo
import requests

from wait import until

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/contract"))
import openapi  # noqa: E402

CONTRACTS = openapi.every_file()
BUILD = Path(os.environ.get("JW_TEST_BUILD_DIR", TOP / "build/dev"))
LOGS = TOP / "build/e2e"
SERVICES = ("gateway", "scheduler", "executor", "notifier")
JOBS = "/api/v2/reports/jobs"
ISSUER, AUDIENCE, KID = "jobwire-e2e", "jobwire", "e2e"
DRAIN_S = 15
ALL_PERMISSIONS = ("reports:create", "reports:read", "reports:cancel")
SANITIZER_MARKS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:", "CRITICAL")
SANITIZERS = {
    "G_SLICE": "always-malloc",
    "G_DEBUG": "fatal-warnings",
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={TOP}/tests/lsan.supp:print_suppressions=0",
}
POLLING = '"event":"http_request","method":"GET"'
# Quick enough for a test, slow enough for a busy machine; DEADLY is for tests that wait for the death of a process.
QUICK = {
    "all": {
        "JW_DRAIN_TIMEOUT": f"{DRAIN_S}s",
        "JW_KAFKA_HEARTBEAT_INTERVAL_MS": "500",
        "JW_HEARTBEAT_INTERVAL": "200ms",
        "JW_HEARTBEAT_TIMEOUT": "5s",
        "JW_REAP_AFTER": "15s",
    },
    "scheduler": {"JW_TICK": "100ms", "JW_RELAY_AFTER": "500ms"},
    "notifier": {"JW_POLL": "200ms"},
}
DEADLY = {
    "all": {"JW_REAP_AFTER": "3s", "JW_HEARTBEAT_TIMEOUT": "1s"},
    "notifier": {"JW_SENDER_DEAD_AFTER": "14s", "JW_SMTP_TIMEOUT": "2s", "JW_RESEND_AFTER": "500ms"},
}


def server(name):
    """The address of a server that `make test` gives; without it the test fails with one clear sentence."""
    value = os.environ.get(name)
    assert value, f"{name} is not set: run these tests with `make test`, or start the servers and eval \"$(make env)\""
    return value


def program(name):
    path = BUILD / "bin" / name
    assert path.exists(), f"{path} is not built; build it with: dev/build dev"
    return str(path)


def free_port():
    """Below those that the kernel gives to clients, so that it stays free until it is used."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def crash_points(service):
    """Every crash point in a service's sources."""
    sources = (TOP / "services" / service / "src").rglob("*.c")
    call = re.compile(r'(?:jw_crash_point\(|pass\(wave, )"(\w+)"')
    return sorted({name for path in sources for name in call.findall(path.read_text())})


def clean_env(**variables):
    # libmongoc keeps counters in /dev/shm by process id, and warns on stderr where a killed process of that id left its own
    base = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", "MONGOC_DISABLE_SHM": "1"}
    return {**base, **SANITIZERS, **variables}


class Service:
    """One process of a service."""

    def __init__(self, name, number, env, log_dir):
        self.name = f"{name}-{number}"
        self.service = name
        self.log_path = log_dir / f"{self.name}.log"
        self.killed = False
        self.ended = False
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [program(f"jobwire-{name}")], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=log_dir
            )

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def records(self, event=None, **fields):
        """The log's JSON lines, those with this event and fields."""
        found = []
        for line in self.log_path.read_text("utf-8", "replace").splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                record = json.loads(line)
                if event in (None, record.get("event")) and all(record.get(k) == v for k, v in fields.items()):
                    found.append(record)
        return found

    def port(self):
        def started():
            assert self.alive(), f"{self.name} ended with status {self.process.returncode} instead of starting"
            return self.records("service_started")

        return until(started, 30, f"{self.name} started")[0]["port"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port()}"

    def get(self, path):
        return requests.get(self.url + path, timeout=10)

    def wait_ready(self):
        def ready():
            assert self.alive(), f"{self.name} ended with status {self.process.returncode} instead of getting ready"
            with contextlib.suppress(requests.RequestException):
                return self.get("/readyz").status_code == 200

        until(ready, 30, f"{self.name} is ready")
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9: how it ends is the test's affair."""
        self.killed = True
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.signal(signal.SIGSTOP)

        def stopped():
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

        until(stopped, 5, f"{self.name} stopped")

    def thaw(self):
        self.signal(signal.SIGCONT)

    def wait_crash(self, seconds=30):
        """Until the process killed itself at its crash point."""
        until(lambda: not self.alive(), seconds, f"{self.name} reached its crash point")
        assert self.process.returncode == -signal.SIGKILL, f"{self.name} ended with {self.process.returncode}"
        self.killed = True

    def stop(self):
        """SIGTERM, and everything that must be true of the end."""
        if not self.ended:
            if self.alive():
                self.signal(signal.SIGCONT)
                self.signal(signal.SIGTERM)
            self.check_end()

    def check_end(self):
        if self.ended:
            return
        self.ended = True
        try:
            status = self.process.wait(DRAIN_S + 10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"{self.name} did not end within {DRAIN_S} s of SIGTERM") from None
        text = self.log_path.read_text("utf-8", "replace")
        marks = [mark for mark in SANITIZER_MARKS if mark in text]
        assert not marks, f"{self.name}: {marks[0]} in {self.log_path}:\n{tail(self.log_path, 60)}"
        if not self.killed:
            assert status == 0, f"{self.name} ended with status {status}, see {self.log_path}"


def tail(path, lines=15, without=None):
    text = path.read_text("utf-8", "replace").splitlines()
    return "\n".join([line for line in text if without is None or without not in line][-lines:])


class Stack:
    """Use as a context manager, or start() and close()."""

    current = []  # open stacks, for the report of a failure

    def __init__(self, name, *, mongodb_uri=None, kafka_brokers=None, smtp_url=None, env=None):
        """env: {"all" or a service: {variable: value}}, on top of QUICK."""
        self.id = uuid.uuid4().hex[:8]
        self.name = name
        self.mongodb_uri = mongodb_uri or server("JW_MONGODB_URI")
        self.kafka_brokers = kafka_brokers or server("JW_KAFKA_BROKERS")
        self.smtp_url = smtp_url or server("JW_SMTP_URL")
        self.database = f"e2e_{self.id}"
        self.prefix = f"e2e-{self.id}."
        self.gateway_port = free_port()
        self.env = env or {}
        self.reports_dir = TOP / "schemas/reports"
        self.processes = []
        self.dir = LOGS / re.sub(r"[^\w.-]+", "_", name)
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        self.temp = Path(tempfile.mkdtemp(prefix="jobwire-e2e-"))
        self.mongo = pymongo.MongoClient(self.mongodb_uri, serverSelectionTimeoutMS=5000)
        self.db = self.mongo[self.database]
        self.session = requests.Session()
        self._tokens = {}
        self.api_key_secrets = f"{KID}:{self.prefix:y<32}"
        self._create_keys()
        Stack.current.append(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close(failed=kind is not None)

    def _create_keys(self):
        private, public = self.temp / "private.pem", self.temp / "public.pem"
        for command in (
            ["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private],
            ["pkey", "-in", private, "-pubout", "-out", public],
        ):
            subprocess.run(["openssl", *command], check=True, capture_output=True)
        self.key_file, self.keys_file = private, self.temp / "keys.json"
        self.keys_file.write_text(json.dumps({"keys": [{"kid": KID, "alg": "RS256", "publicKeyFile": str(public)}]}))

    # Processes

    def environment(self, service, extra=None):
        variables = {
            "JW_HTTP_PORT": "0",
            "JW_MONGODB_URI": self.mongodb_uri,
            "JW_MONGODB_DATABASE": self.database,
            "JW_KAFKA_BROKERS": self.kafka_brokers,
            "JW_BUS_TOPIC_PREFIX": self.prefix,
        }
        if service != "notifier":
            variables["JW_REPORTS_DIR"] = str(self.reports_dir)
        if service in ("gateway", "notifier"):
            variables["JW_PUBLIC_URL"] = f"http://127.0.0.1:{self.gateway_port}"
            variables["JW_LINK_KEYS"] = f"{KID}:{self.prefix:x<32}"
        if service == "gateway":
            variables |= {
                "JW_API_KEY_SECRETS": self.api_key_secrets,
                "JW_HTTP_PORT": str(self.gateway_port),
                "JW_JWT_KEYS_FILE": str(self.keys_file),
                "JW_JWT_ISSUER": ISSUER,
                "JW_JWT_AUDIENCE": AUDIENCE,
            }
        if service == "executor":
            variables["JW_TEMP_DIR"] = str(self.temp)
        if service == "notifier":
            variables |= {"JW_SMTP_URL": self.smtp_url, "JW_MAIL_FROM": "Jobwire <reports@jobwire.localhost>"}
        for table in (QUICK, self.env):
            variables |= table.get("all", {}) | table.get(service, {})
        return clean_env(**variables | (extra or {}))

    def start(self, service, wait=True, **extra):
        number = 1 + sum(p.service == service for p in self.processes)
        process = Service(service, number, self.environment(service, extra), self.dir)
        self.processes.append(process)
        return process.wait_ready() if wait else process

    def start_all(self, services=SERVICES):
        self.create_topics()
        started = [self.start(service, wait=False) for service in services]
        for process in started:
            process.wait_ready()
        return self

    def running(self, service=None):
        return [p for p in self.processes if p.alive() and service in (None, p.service)]

    def stop_service(self, service):
        for process in self.running(service):
            process.stop()

    def close(self, failed=False):
        """Ends everything; what is wrong with an end is only reported when nothing else went wrong before."""
        problems = []
        for process in self.running():
            process.signal(signal.SIGCONT)
            process.signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.check_end()
            except AssertionError as problem:
                problems.append(str(problem))
        Stack.current.remove(self)
        self.session.close()
        if os.environ.get("JW_TEST_MONGO_KIND") != "python":  # which takes a minute; its data goes with the run
            with contextlib.suppress(pymongo.errors.PyMongoError):
                self.mongo.drop_database(self.database)
        self.mongo.close()
        with contextlib.suppress(confluent_kafka.KafkaException):
            self._delete_topics()
        shutil.rmtree(self.temp, ignore_errors=True)
        if problems and not failed:
            raise AssertionError("\n".join(problems))

    def report(self):
        """The last lines of every log, without the requests of those who wait."""
        return "\n".join(f"--- {p.name} ({p.log_path})\n{tail(p.log_path, without=POLLING)}" for p in self.processes)

    # Topics and data

    def jobctl(self, *arguments, check=True, stdin=None, **extra):
        env = clean_env(
            JW_MONGODB_URI=self.mongodb_uri,
            JW_MONGODB_DATABASE=self.database,
            JW_KAFKA_BROKERS=self.kafka_brokers,
            JW_BUS_TOPIC_PREFIX=self.prefix,
            JW_SCHEMAS_DIR=str(TOP / "schemas"),
            JW_JWT_SIGN_KEY_FILE=str(self.key_file),
            JW_JWT_SIGN_KID=KID,
            JW_JWT_ISSUER=ISSUER,
            JW_JWT_AUDIENCE=AUDIENCE,
            JW_API_KEY_SECRETS=self.api_key_secrets,
            **extra,
        )
        done = subprocess.run(
            [program("jobctl"), *map(str, arguments)], env=env, capture_output=True, text=True, timeout=120, cwd=self.temp,
            input=stdin,
        )
        assert not check or done.returncode == 0, f"jobctl {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def create_topics(self):
        self.jobctl("topics")

    def _admin(self):
        return confluent_kafka.admin.AdminClient({"bootstrap.servers": self.kafka_brokers, "log_level": 2})

    def _delete_topics(self):
        admin = self._admin()
        names = [name for name in admin.list_topics(timeout=5).topics if name.startswith(self.prefix)]
        if names:
            for done in admin.delete_topics(names).values():
                done.result(10)

    def import_csv(self, csv, mapping=TOP / "schemas/mappings/call-records.json"):
        return self.jobctl("import", "--mapping", mapping, csv)

    # The API

    def token(self, permissions=ALL_PERMISSIONS, subject="u-e2e", name="Ada Test", email="ada@example.com", roles=(),
              departments=(), expires="1h"):
        wanted = (tuple(permissions), subject, name, email, tuple(roles), tuple(departments), expires)
        if wanted not in self._tokens:
            arguments = ["token", "--subject", subject, "--name", name, "--expires", expires]
            for option, values in (("--permissions", permissions), ("--role", roles), ("--departments", departments)):
                if values:
                    arguments += [option, ",".join(values)]
            if email:
                arguments += ["--email", email]
            self._tokens[wanted] = self.jobctl(*arguments).stdout.strip()
        return self._tokens[wanted]

    def api_key(self, role="admin", name="e2e", *options):
        return self.jobctl("apikey", "create", "--role", role, "--name", name, *options).stdout.splitlines()[-1]

    def api(self, token=None, **claims):
        return Api(self, token if token is not None else self.token(**claims))

    def keyed(self, key):
        """A client with an API key; None: with nothing."""
        return Api(self, None, {"X-API-Key": key} if key is not None else {})

    # Kafka, as another program sees it

    def publish(self, topic, value, key=None, headers=None):
        """One message, delivered."""
        producer = confluent_kafka.Producer({"bootstrap.servers": self.kafka_brokers, "log_level": 2})
        problems = []
        producer.produce(
            self.prefix + topic, value, key=key, headers=headers, on_delivery=lambda error, _: error and problems.append(error)
        )
        assert producer.flush(20) == 0 and not problems, problems

    def consume(self, topic, enough, seconds=15):
        """All messages of a topic from its beginning, until enough(messages) is true."""
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self.kafka_brokers,
                "group.id": f"{self.prefix}reader",
                "enable.auto.commit": False,
                "log_level": 2,
            }
        )
        found = []

        def read():
            found.extend(m for m in consumer.consume(100, 0.1) if m.error() is None)
            return enough(found)

        try:
            partitions = consumer.list_topics(self.prefix + topic, timeout=10).topics[self.prefix + topic].partitions
            consumer.assign([confluent_kafka.TopicPartition(self.prefix + topic, n, 0) for n in partitions])
            until(read, seconds, lambda: f"enough messages in {topic}; there are {len(found)}", pause=0)
        finally:
            consumer.close()
        return found

    # What is true of the documents

    def wait_outboxes_empty(self, seconds=15):
        def empty():
            owners = ("jobs", "deliveries", "schedules")
            return all(self.db[c].count_documents({"outbox.0": {"$exists": True}}) == 0 for c in owners)

        until(empty, seconds, "every outbox is empty")

    def files_of(self, job_id):
        """Ids of the files that were stored for a job, whether anything names them or not."""
        return [f["_id"] for f in self.db["fs.files"].find({"metadata.jobId": job_id})]


class Api:
    """A client of the gateway with one token, or an API key. Every answer must carry a request id."""

    def __init__(self, stack, token, headers=None):
        self.stack = stack
        self.token = token
        self.headers = headers or {}

    def request(self, method, path="", headers=None, timeout=30, **options):
        given = self.headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        whole = path if path.startswith("/api") else JOBS + path
        answer = self.stack.session.request(
            method,
            f"http://127.0.0.1:{self.stack.gateway_port}{whole}",
            headers=given | (headers or {}),
            timeout=timeout,
            **options,
        )
        assert answer.headers.get("X-Request-Id"), f"{method} {path}: {answer.status_code} without X-Request-Id"
        self.check_contract(method, whole, answer, options.get("stream"))
        return answer

    def check_contract(self, method, target, answer, streamed):
        """Every answer is one that the OpenAPI files describe."""
        path = target.partition("?")[0]
        body = None if streamed else answer.content
        for file in CONTRACTS:
            problems = file.problems_of_answer(method, path, answer.status_code, answer.headers, body)
            assert not problems, f"{method} {target}: {answer.status_code} {answer.text[:500]}\n" + "\n".join(problems)

    def get(self, path="", **options):
        return self.request("GET", path, **options)

    def post(self, path="", **options):
        return self.request("POST", path, **options)

    def create(self, body, key=None, **options):
        headers = options.pop("headers", {}) | ({"Idempotency-Key": key} if key else {})
        answer = self.post(json=body, headers=headers, **options)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        return answer.json()["data"]["id"]

    def job(self, job_id):
        answer = self.get(f"/{job_id}")
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return answer.json()["data"]

    def wait(self, job_id, *states, seconds=30):
        """The job once it is in one of the states; completed unless given."""
        wanted = states or ("completed",)
        last = {}

        def there():
            last.update(self.job(job_id))
            assert last["status"] in wanted or last["status"] not in ("completed", "failed", "cancelled"), last
            return last["status"] in wanted

        until(there, seconds, lambda: f"job {job_id} is {' or '.join(wanted)}; it is {last}")
        return last

    def wait_mailed(self, job_id, seconds=30):
        """The job once every recipient's mail has come to an end."""
        last = {}

        def all_ended():
            last.update(self.job(job_id))
            delivery = last.get("delivery", {"total": 0, "sent": 0, "failed": 0, "bounced": 0})
            ended = delivery["sent"] + delivery["failed"] + delivery["bounced"]
            return last["status"] == "completed" and ended == delivery["total"]

        until(all_ended, seconds, lambda: f"the mails of job {job_id} have ended; it is {last}")
        return last

    def download(self, job_id, **options):
        return self.get(f"/{job_id}/download", **options)


def weekly(recipients=(), name="Weekly calls", format="xlsx", **more):
    """A request for the report of the week before 18 January 2021."""
    body = {
        "reportType": "call-records",
        "name": name,
        "parameters": {"period": {"type": "weekly", "at": "2021-01-18T06:00:00Z"}},
        "output": {"format": format},
    }
    if recipients:
        body["delivery"] = {"recipients": list(recipients)}
    return body | more


def everything(recipients=(), name="All calls", format="csv", **more):
    """A request for a report of all records: more than one piece to upload."""
    return weekly(recipients, name, format, **more) | {"parameters": {}}


def command(body):
    """The Kafka command that asks for the same job as a body of the API."""
    own = ("reportType", "parameters", "output")
    rest = {name: value for name, value in body.items() if name not in own}
    return {"jobType": "report", "spec": {name: body[name] for name in own}} | rest


def address(stack, who="reader"):
    """A recipient of this stack alone."""
    return f"{who}-{uuid.uuid4().hex[:8]}@{stack.id}.example.com"


def event_headers(kind, source="e2e", event_id=None):
    """The CloudEvents headers of a message of ours, as other programs write them."""
    return [
        ("ce_specversion", "1.0"),
        ("ce_type", f"jobwire.{kind}.v1"),
        ("ce_source", source),
        ("ce_id", event_id or str(uuid.uuid4())),
    ]


def sign(key_file, claims, kid=KID):
    """A JWT by openssl, for tokens that jobctl would not sign."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    text = part({"alg": "RS256", "typ": "JWT", "kid": kid}) + b"." + part(claims)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(key_file)], input=text, check=True, capture_output=True
    )
    return (text + b"." + base64.urlsafe_b64encode(done.stdout).rstrip(b"=")).decode()


def claims(**changes):
    now = int(time.time())
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "u-e2e", "iat": now, "exp": now + 600, "permissions": list(ALL_PERMISSIONS),
    } | changes
