"""servers.py: a MongoDB or Kafka server of a test's own, to be killed and started again, by dev/servers/*."""

import os
import signal
import subprocess

import pymongo

from stack import LOGS, TOP, free_port
from wait import until


class OwnServer:
    """name: mongodb or kafka. Its data stays under build/e2e/<folder> until the next run."""

    def __init__(self, name, folder):
        self.name = name
        self.state = LOGS / folder
        self.port = free_port()
        # Without the addresses of the run, so that it is no server of somebody else.
        self.env = {k: v for k, v in os.environ.items() if k not in ("JW_MONGODB_URI", "JW_KAFKA_BROKERS")} | {
            "JW_DEV_STATE": str(self.state),
            f"JW_DEV_{name.upper()}_PORT": str(self.port),
            "JW_DEV_KAFKA_CONTROLLER_PORT": str(free_port()),
        }
        subprocess.run(["rm", "-rf", str(self.state)], check=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def _run(self, action):
        done = subprocess.run(
            [str(TOP / "dev/servers" / self.name), action], env=self.env, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, cwd=TOP,
        )
        assert done.returncode == 0, f"dev/servers/{self.name} {action}: {done.stderr}"

    def start(self):
        self._run("start")

    def stop(self):
        self._run("stop")

    def _pid(self):
        return int((self.state / self.name / "pid").read_text().split()[0])

    def freeze(self):
        os.kill(self._pid(), signal.SIGSTOP)

    def thaw(self):
        os.kill(self._pid(), signal.SIGCONT)

    def kill(self):
        pid = self._pid()
        os.kill(pid, signal.SIGKILL)

        def gone():
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                    return stat.read().rpartition(")")[2].split()[0] == "Z"
            except FileNotFoundError:
                return True

        until(gone, 10, f"the {self.name} server is gone")

    @property
    def mongodb_uri(self):
        return f"mongodb://127.0.0.1:{self.port}"

    @property
    def brokers(self):
        return f"127.0.0.1:{self.port}"

    def wait_mongodb(self):
        def answers():
            try:
                with pymongo.MongoClient(self.mongodb_uri, serverSelectionTimeoutMS=1000) as client:
                    return client.admin.command("ping")["ok"] == 1
            except pymongo.errors.PyMongoError:
                return False

        until(answers, 30, "the MongoDB server answers")
