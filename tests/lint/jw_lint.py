#!/usr/bin/env python3
"""jw_lint: the rules of CONTRIBUTING.md that a compiler does not know.

usage: jw_lint.py [--self-test] [PATH...]     (default: libs services tools tests)

Each rule is a regular expression over C code without comments and strings, with the folders it holds for.
--self-test checks that each rule finds its bad sample in tests/lint/samples/<rule>.c.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
ALL = ("libs/", "services/", "tools/", "tests/")
PRODUCT = ("libs/", "services/", "tools/")

# name, pattern, folders it holds for, folders exempt, what to do instead
RULES = [
    ("malloc-family", r"(?<![\w>.])(malloc|calloc|realloc|free|strdup|strndup)\s*\(", ALL,
     ("libs/wire/src/wire.c", "tests/tsan/"), "use g_new, g_strdup, g_free or a g_auto cleanup"),
    ("unsafe-string", r"(?<![\w>.])(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|gets)\s*\(", ALL, (),
     "use g_strlcpy, g_snprintf, GString"),
    ("ato", r"(?<![\w>.])(atoi|atol|atoll|atof)\s*\(", ALL, (), "use jw_text_int64 or g_ascii_string_to_*"),
    ("shell", r"(?<![\w>.])(system|popen)\s*\(", PRODUCT, (), "services start no programs"),
    ("spawn", r"\bg_spawn_\w+\s*\(", PRODUCT, (), "services start no programs"),
    ("libc-time", r"(?<![\w>.])(localtime|gmtime|localtime_r|gmtime_r|mktime)\s*\(", PRODUCT, (), "use jw/clock.h or GDateTime"),
    ("alloca", r"\b(alloca|g_alloca|g_newa)\s*\(", ALL, (), "use the heap"),
    ("g-error", r"(?<![\w])(g_error|g_print|g_printerr)\s*\(", PRODUCT, ("tools/", "libs/svc/"), "use jw_error_log and return an error"),
    ("g-log", r"(?<![\w])(g_warning|g_message|g_critical|g_info|g_debug)\s*\(", PRODUCT, ("libs/base/",), "use jw_warn, jw_info …"),
    ("goto", r"\bgoto\b", ALL, (), "use g_auto cleanups"),
    ("strerror", r"(?<![\w>.])strerror\s*\(", ALL, (), "use g_strerror"),
    ("error-deref", r"\(\s*\*\s*error\s*\)\s*->", ALL, (), "use jw_error_code, jw_error_message"),
    ("fail-ignored", r"[;{}]\s*jw_fail\s*\(", ALL, ("libs/base/src/error.c",), "return jw_fail(…), or (void) where the pointer form returns NULL after"),
    ("foreign-error", r"\bg_set_error(_literal)?\s*\(", PRODUCT, ("libs/base/src/error.c",), "use jw_fail"),
    ("glib-lock", r"\b(g_mutex_|g_cond_|g_rw_lock_|g_rec_mutex_|g_async_queue_|g_thread_pool_|g_once\b|g_once_init_)", ALL, (),
     "use jw/sync.h"),
    ("weak-random", r"\b(g_random_\w+|g_rand_\w+|g_uuid_string_random|rand|srand|random)\s*\(", PRODUCT, (), "use jw/ident.h"),
    ("memcmp-secret", r"\bmemcmp\s*\([^;]*\b(secret|signature|password|token|mac)\b", PRODUCT, (), "use gnutls_memcmp (time must not depend on the bytes)"),
    ("sleep", r"(?<![\w>.])(sleep|usleep|nanosleep|g_usleep)\s*\(", ALL, ("tests/testkit/",), "wait on JwStop or JwCond"),
    ("libjwt", r"#\s*include\s*<jwt\.h>", PRODUCT, ("libs/http/src/",), "only the token authenticator calls libjwt"),
    ("g-list", r"\bG(S)?List\b", PRODUCT, (), "use GPtrArray"),
    ("no-todo", r"\b(TODO|FIXME|XXX)\b", ALL, (), "do it, or say it in the issue"),
]

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
MAX_LINES = {".h": 150, ".c": 1000}


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def strip(text, comments):
    if comments:
        text = COMMENT.sub(blank, text)
    # keep the quotes, so that `"…"` still separates tokens
    return STRING.sub(lambda m: m.group(0)[0] + re.sub(r"[^\n]", " ", m.group(0)[1:-1]) + m.group(0)[0], text)


def check_text(name, text, rules=RULES):
    code = strip(text, True)
    found = []
    for rule, pattern, holds, exempt, cure in rules:
        if not name.startswith(holds) or name.startswith(exempt) and exempt:
            continue
        subject = strip(text, False) if rule == "no-todo" else (text if rule == "libjwt" else code)
        for match in re.finditer(pattern, subject, re.M):
            line = subject.count("\n", 0, match.start() + len(match.group(0)) - len(match.group(0).lstrip())) + 1
            found.append((rule, f"{name}:{line}: {rule}: {cure}"))
    return found


def check_shape(path, name, text):
    out = []
    limit = MAX_LINES[path.suffix]
    if name.startswith(PRODUCT) and "/include/" in name and path.suffix == ".h":
        if "#pragma once" not in text:
            out.append(f"{name}:1: pragma-once: a header starts with #pragma once")
    elif path.suffix == ".h":
        limit = 400
    lines = text.count("\n")
    if lines > limit:
        out.append(f"{name}:{lines}: file-size: {lines} lines, at most {limit}")
    if not text.lstrip().startswith("/*"):
        out.append(f"{name}:1: file-head: say in a comment what this file is and why")
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 130:
            out.append(f"{name}:{number}: line-length: {len(line)} columns")
    return out


def files(paths):
    for path in paths:
        path = pathlib.Path(path)
        if path.is_file():
            yield path
        else:
            yield from sorted(p for p in path.rglob("*.[ch]") if "lint/samples" not in p.as_posix())


def self_test():
    bad = 0
    for rule, *_ in RULES:
        sample = TOP / "tests/lint/samples" / f"{rule}.c"
        if not sample.exists():
            print(f"no sample for rule {rule}: {sample}")
            bad += 1
            continue
        found = {r for r, _ in check_text("services/x/src/" + sample.name, sample.read_text())}
        if rule not in found:
            print(f"rule {rule} does not find its sample")
            bad += 1
    print(f"{len(RULES) - bad} passed, {bad} failed")
    return bad


def main():
    args = sys.argv[1:]
    if args == ["--self-test"]:
        return 1 if self_test() else 0
    out = []
    for path in files(args or [TOP / p for p in ALL]):
        name = path.resolve().relative_to(TOP).as_posix()
        text = path.read_text(encoding="utf-8")
        out += [message for _, message in check_text(name, text)]
        out += check_shape(path, name, text)
    print("\n".join(out) if out else "jw_lint: clean")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
