#!/usr/bin/env python3
"""Asks the services for their variables, and holds docs/configuration.md and the services to them.

usage: check_variables.py [--write] DIRECTORY-OF-THE-PROGRAMS

docs/configuration.md must be what --help prints, so a variable is written down once, in its table; --write writes it anew.
One environment must serve all services: each takes every other one's variables, and still refuses a misspelt one.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/configuration.md"
SERVICES = ("gateway", "scheduler", "executor", "notifier")
ONLY_IN_DEBUG = "JW_CRASH_AT"
HEAD = """# Configuration

All of it is environment variables. One environment, a ConfigMap say, serves the four services: each reads its own and
leaves its siblings' and jobctl's alone; a `JW_*` variable that none of them has is refused at start. `--check-config`
names every mistake at once, `--print-config` shows what is in force. `JW_KAFKA_SASL_PASSWORD` and the like are
librdkafka's own settings.

This page is generated from the `--help` of the programs:
`python3 tests/contract/check_variables.py --write build/dev/bin`; `make test` compares it.
"""
TOP = DOCUMENT.parents[1]
SAMPLES = {
    "JW_SMTP_URL": "smtp://127.0.0.1:25",
    "JW_KAFKA_BROKERS": "127.0.0.1:9092",
    "JW_MAIL_FROM": "Jobwire <reports@jobwire.localhost>",
    "JW_PUBLIC_URL": "http://127.0.0.1:8080",
    "JW_REPORTS_DIR": str(TOP / "schemas/reports"),
    "JW_LINK_KEYS": "sample:" + "x" * 40,
}


class Variable:
    def __init__(self, name, help_text, form):
        self.name, self.help = name, help_text
        self.secret = f"; or the name of a file with it in {name}_FILE" in form
        form = form.removesuffix(f"; or the name of a file with it in {name}_FILE")
        self.required = form.endswith("; required")
        self.form, _, default = form.removesuffix("; required").partition("; default: ")
        self.default = default or None

    def row(self):
        default = "required" if self.required else f"`{self.default}`" if self.default else ""
        secret = f"; or a file of it in `{self.name}_FILE`" if self.secret else ""
        cells = [f"`{self.name}`", default, self.form, self.help + secret]
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def parse_help(text):
    """The sections below the options: title → variables."""
    sections = {}
    for line in text.split("\n"):
        if re.fullmatch(r"\w+:", line) and line not in ("Usage:", "Options:"):
            title, entry = line[:-1], None
            sections[title] = []
        elif match := re.fullmatch(r"  (JW_\w+)", line):
            entry = [match.group(1)]
        elif line.startswith("      ") and sections and entry is not None:
            entry.append(line.strip())
            if len(entry) == 3:
                sections[title].append(Variable(*entry))
    return {title: [v for v in variables if v.name != ONLY_IN_DEBUG] for title, variables in sections.items()}


def document(sections_of):
    titles = list(dict.fromkeys(title for sections in sections_of.values() for title in sections))
    readers = {title: [s for s in SERVICES if title in sections_of[s]] for title in titles}
    parts = [HEAD]
    for title in sorted(titles, key=lambda t: len(readers[t])):  # a service's own first
        who = readers[title]
        note = "" if who == [title.lower()] else f"\nOf {'all' if len(who) == len(SERVICES) else ', '.join(who)}.\n"
        rows = "\n".join(v.row() for v in sections_of[who[0]][title])
        parts.append(f"## {title}\n{note}\n| variable | default | form | what |\n| --- | --- | --- | --- |\n{rows}\n")
    return "\n".join(parts)


def keys_file(folder):
    """A file of keys as the gateway wants one: what --check-config checks is really there."""
    (folder / "secret").write_text("s" * 48)
    file = folder / "keys.json"
    file.write_text(json.dumps({"keys": [{"kid": "sample", "alg": "HS256", "secretFile": "secret"}]}))
    return str(file)


def run(directory, service, option, env=None):
    env = (env or {}) | {"MONGOC_DISABLE_SHM": "1"}
    return subprocess.run([directory / f"jobwire-{service}", option], env=env, capture_output=True, text=True)


def shell_names():
    """What a shell has that did as README.md says: the variables of `make env`, and those that it exports."""
    named = re.findall(r"\bput (JW_\w+)", (TOP / "dev/env").read_text(encoding="utf-8"))
    told = re.findall(r"export (JW_\w+)=", (TOP / "README.md").read_text(encoding="utf-8"))
    assert len(named) > 8 and "JW_TOKEN" in told
    return dict.fromkeys(named + told, "x")


def check_environment(directory, sections_of, samples):
    """What is wrong with one environment for all, a line each."""
    variables = {v.name: v for sections in sections_of.values() for section in sections.values() for v in section}
    env = {v.name: samples.get(v.name) or v.default or "x" for v in variables.values() if v.required or v.default}
    misspelt = {name + "X": "1" for name in variables if not name.startswith("JW_KAFKA_")}
    problems = []
    for service in SERVICES:
        own = {v.name for section in sections_of[service].values() for v in section}
        files = {f"{v.name}_FILE": "/nowhere" for v in variables.values() if v.secret and v.name not in own}
        done = run(directory, service, "--check-config", env | files)
        if done.returncode != 0:
            problems.append(f"jobwire-{service} refuses the environment of all:\n{done.stderr}")
        refused = re.findall(r"(JW_\w+): no such setting", run(directory, service, "--check-config", shell_names()).stderr)
        problems += [f"jobwire-{service} refuses {name}, which a shell has by `make env` and README.md" for name in refused]
        printed = run(directory, service, "--check-config", env | misspelt).stderr
        problems += [f"jobwire-{service} does not refuse {name}" for name in misspelt
                     if f"{name}: no such setting; did you mean " not in printed]
    return problems


def main():
    write = sys.argv[1:2] == ["--write"]
    directory = pathlib.Path(sys.argv[-1]).resolve()
    sections_of = {service: parse_help(run(directory, service, "--help").stdout) for service in SERVICES}
    text = document(sections_of)
    if write:
        DOCUMENT.write_text(text, encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        samples = SAMPLES | {"JW_JWT_KEYS_FILE": keys_file(pathlib.Path(folder))}
        problems = check_environment(directory, sections_of, samples)
    if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        problems.append(f"{DOCUMENT.name} is not what the services print; write it anew with --write")
    print("\n".join(problems) or f"{text.count('| `JW_')} rows, and one environment serves all")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
