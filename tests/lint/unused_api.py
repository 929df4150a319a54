#!/usr/bin/env python3
"""Names the public functions (libs/*/include/jw) that no product file calls but the one that defines them.

Such a function is dead, belongs to the tests, or should be static. Adapters in memory (*_mem.h) and functions whose
comment says "Tests only" are left out. Run: unused_api.py [top]; exit status 1 when there is one.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
PRODUCT = [path for part in ("libs", "services", "tools") for path in sorted((TOP / part).rglob("*.[ch]"))]
DECLARATION = re.compile(r"(?:/\*(?P<comment>(?:(?!\*/).)*)\*/\s*)?^(?!static|#|typedef)[\w \*]+?\b(?P<name>jw_\w+)\([^;{]*;",
                         re.M | re.S)


def code(path):
    """Without comments and strings."""
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', "", path.read_text(encoding="utf-8"), flags=re.S)


def main():
    words = {path: set(re.findall(r"\w+", code(path))) for path in PRODUCT}
    definitions = {path: set(re.findall(r"^(jw_\w+)\(", code(path), re.M)) for path in PRODUCT if path.suffix == ".c"}
    unused = []
    for header in PRODUCT:
        if header.parent.name != "jw" or header.name.endswith("_mem.h"):
            continue
        inline = code(header)
        for found in DECLARATION.finditer(header.read_text(encoding="utf-8")):
            name = found["name"]
            callers = [path for path, known in words.items() if name in known and path != header
                       and name not in definitions.get(path, ())]
            if not callers and len(re.findall(rf"\b{name}\b", inline)) == 1 and "Tests only" not in (found["comment"] or ""):
                unused.append(f"{header.relative_to(TOP)}: {name}() is called by no product file but its own")
    print("\n".join(unused))
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
