#!/usr/bin/env python3
"""jw_lint: the rules of CONTRIBUTING.md that a compiler does not know (rules.py), after a test of the rules themselves.

usage: jw_lint.py [--exempt] [PATH...]     (default: every file that git knows or would add)

--exempt prints what is let pass, and why.
"""
import pathlib
import subprocess
import sys

import rules

TOP = pathlib.Path(__file__).resolve().parents[2]
OWN = "tests/lint/"  # its samples are bad on purpose


def self_test():
    problems = [problem for rule in rules.RULES for problem in rule.self_test()]
    problems += [f"circle {'does not find' if found else 'finds'}: {list(texts)}"
                 for found, texts in rules.CIRCLE_SAMPLES if bool(rules.circles(texts)) != found]
    problems += [f"unused {'does not find' if found else 'finds'}: {list(texts)}"
                 for found, texts in rules.UNUSED_SAMPLES if bool(list(rules.unused(texts))) != found]
    problems += [f"{rule.name} has no sample" for rule in rules.RULES if not rule.bad or not rule.good]
    return problems


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=TOP, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return sorted({path for path in listed.split("\0") if path and (TOP / path).is_file()})


def read(paths):
    """path → text, of those that are text."""
    texts = {}
    for path in paths:
        try:
            texts[path] = (TOP / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def findings(texts, all_of_it):
    """(rule, path, line, message) of all rules."""
    for path, text in texts.items():
        if not path.startswith((OWN, *rules.NOT_OURS)):
            for rule in rules.RULES:
                for line, message in rule.find(path, text):
                    yield rule.name, path, line, message
    for path, names in rules.circles(texts):
        yield "circle", path, 1, f"circle: {names} call each other; move what they share below both"
    for path, line, name in rules.unused(texts) if all_of_it else ():
        yield "unused", path, line, f"unused: {name}() is called by no product file but its own; delete it, or make it static"


def main():
    options = [arg for arg in sys.argv[1:] if arg.startswith("--")]
    paths = [pathlib.Path(arg).resolve().relative_to(TOP).as_posix() for arg in sys.argv[1:] if not arg.startswith("--")]
    if "--exempt" in options:
        print("\n".join(f"{path}: {rule}: {why}" for rule, path, why in rules.EXEMPT))
        print("\n".join(f"{path}: every rule: not written by us" for path in rules.NOT_OURS))
        print(f"{OWN}: every rule: its samples are bad on purpose")
        return 0
    out, used = self_test(), set()
    for rule, path, line, message in findings(read(paths or tracked()), not paths):
        exempt = next((e for e in rules.EXEMPT if e[0] == rule and path.startswith(e[1])), None)
        if exempt:
            used.add(exempt)
        else:
            out.append(f"{path}:{line}: {message}")
    if not paths:
        out += [f"{e[1]}: {e[0]} finds nothing there any more; remove that row of EXEMPT"
                for e in rules.EXEMPT if e not in used]
    print("\n".join(out) or f"jw_lint: clean, {len(rules.RULES) + 2} rules, {len(rules.EXEMPT)} exemptions")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
