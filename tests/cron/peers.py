"""peers.py: our answers and those of other programs, for many cases at once."""
import json
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("JW_TEST_BUILD_DIR", TOP / "build/dev"))
DIALECTS = {"croniter": "crontab", "croner": "crontab", "cron-parser": "crontab", "apscheduler": "apscheduler",
            "quartz": "quartz"}


def run(command, lines):
    done = subprocess.run(command, input="".join(line + "\n" for line in lines), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(lines), f"{command}: {len(answers)} answers to {len(lines)} questions: {done.stderr[-500:]}"
    return answers


def plain(answer):
    """A list of ms, or why it is refused."""
    return answer[2:] if answer.startswith("! ") else [int(word) for word in answer.split()]


def ours(cases, gap="auto", repeat="auto"):
    lines = [f"{case.dialect}\t{gap}\t{repeat}\t{case.zone}\t{case.after}\t{case.n}\t{case.expression}" for case in cases]
    return [plain(answer) for answer in run([BUILD / "tests/cron/cron_answers"], lines)]


def theirs(peer, cases):
    if peer == "quartz":
        lines = [f"{case.zone}\t{case.after}\t{case.n}\t{case.expression}" for case in cases]
        return [plain(answer) for answer in run([TOP / "dev/cron-peers", "java", HERE / "Peer.java"], lines)]
    language, file = ("node", "peer.js") if peer in ("croner", "cron-parser") else ("python", "peer.py")
    lines = [json.dumps([as_written(peer, case.expression), case.zone, case.after, case.n]) for case in cases]
    return [json.loads(answer) for answer in run([TOP / "dev/cron-peers", language, HERE / file, peer], lines)]


def as_written(peer, expression):
    """croniter writes L5 where others write 5L."""
    words = expression.split()
    if peer == "croniter" and words[-1].endswith("L"):
        words[-1] = "L" + words[-1][:-1]
    return " ".join(words)
