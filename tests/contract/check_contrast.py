#!/usr/bin/env python3
"""Whether every text of our mails can be read: by WCAG 2 AA it stands out by 4.5 to 1 from what is behind it, in light and
in dark colours. Asks jobctl for the mails of all report types, in three languages, attached and linked, and of a failure;
reads colours out of inline styles and the rules for dark windows. A picture's text is not looked at.

    python3 tests/contract/check_contrast.py build/dev/bin/jobctl
"""
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LEAST = 4.5
SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
VOID = {"meta", "img", "br", "link"}


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def declarations(text):
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in
            (part.partition(":") for part in text.split(";")) if value}


class Colours(html.parser.HTMLParser):
    """Walks through a page and notes each text with its colour and ground."""

    def __init__(self, dark):
        super().__init__()
        self.dark, self.rules, self.stack, self.style, self.found = dark, [], [], None, []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        ink, ground = self.stack[-1][1:] if self.stack else ("#000000", "#ffffff")
        own = declarations(attributes.get("style") or "")
        if self.dark:
            classes = set((attributes.get("class") or "").split())
            for wanted, rule in self.rules:
                if wanted <= classes:
                    own.update(rule)
        ink = own.get("color", ink)
        ground = own.get("background-color", ground)
        hidden = own.get("display") == "none" or (self.stack and self.stack[-1][0] is None)
        if tag not in VOID:
            self.stack.append((None if hidden else tag, ink, ground))
        if tag == "style":
            self.style = ""

    def handle_endtag(self, tag):
        if tag == "style":
            dark = re.search(r"@media \(prefers-color-scheme:dark\)\{(.*\})\}", self.style, re.S).group(1)
            rules = re.findall(r"([^{}]+)\{([^{}]*)\}", dark)
            self.rules = sorted(((set(name.strip().strip(".").split(".")), declarations(rule)) for name, rule in rules),
                                key=lambda rule: len(rule[0]))
            self.style = None
        if tag not in VOID:
            self.stack.pop()

    def handle_data(self, data):
        if self.style is not None:
            self.style += data
        elif data.strip() and self.stack and self.stack[-1][0] not in (None, "title"):
            self.found.append((data.strip(), *self.stack[-1][1:]))


def types(folder):
    """The report types that ship, and one whose figures are good, in need of attention, and bad."""
    names = []
    (folder / "reports").mkdir()
    for path in sorted((SCHEMAS / "reports").glob("*.json")):
        definition = json.loads(path.read_text(encoding="utf-8"))
        names.append(definition["reportType"])
        (folder / "reports" / path.name).write_text(json.dumps(definition))
        if len(names) == 1:
            for measure in definition["measures"]:
                if measure.get("format", "integer") in ("integer", "decimal", "percent", "seconds"):
                    measure["thresholds"] = [{"level": "bad", "below": 1}, {"level": "good", "from": 2}]
            definition["reportType"] = "levels"
            definition["mail"] = {"intro": "Good morning,\n\nhere are the figures of {{period}}."}
            (folder / "reports/levels.json").write_text(json.dumps(definition))
    return [*names, "levels"]


def main():
    jobctl, wrong, seen = sys.argv[1], [], 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        env = os.environ | {"JW_SCHEMAS_DIR": temporary}
        for name in types(folder):
            for language in ("en", "tr", "de"):
                for more in ((), ("--link",), ("--failed",)):
                    command = [jobctl, "mail", "preview", "--example", name, "--language", language, "--html", "-", *more]
                    page = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
                    for dark in (False, True):
                        colours = Colours(dark)
                        colours.feed(page)
                        assert len(colours.found) > 10, command
                        seen += len(colours.found)
                        for text, ink, ground in colours.found:
                            if contrast(ink, ground) < LEAST:
                                wrong.append(f"{name} {language} {' '.join(more)} {'dark' if dark else 'light'}: "
                                             f"{ink} on {ground} is {contrast(ink, ground):.2f} to 1: {text[:40]}")
    print("\n".join(sorted(set(wrong))) or f"{seen} texts, each at least {LEAST} to 1")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
