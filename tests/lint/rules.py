"""rules.py: what jw_lint checks. A rule has a name, a cure, the places it holds for, a check, and samples: lines that it must find
and lines that it must leave alone; `make lint` runs them. EXEMPT at the end names all that is let pass, and why."""
import re

import c_code
from words import WORDS, word

PRODUCT = ("libs/", "services/", "tools/")
ALL = (*PRODUCT, "tests/")
EVERYWHERE = ("",)
PROSE = ("py", "sh", "cmake", "txt", "md", "")  # "": scripts, Makefile
SAMPLE = "services/executor/src/sample.c"


class Rule:
    """check(path, text) yields (line, what). A sample is code in SAMPLE, or (path, code)."""

    def __init__(self, name, cure, where, check, bad, good, kinds=("c", "h")):
        self.name, self.cure, self.where, self.check, self.kinds = name, cure, where, check, kinds
        self.bad, self.good = bad, good

    def find(self, path, text):
        if not path.startswith(self.where) or path.rpartition("/")[2].partition(".")[2].rpartition(".")[2] not in self.kinds:
            return []
        return [(line, f"{self.name}: {what}{self.cure}") for line, what in self.check(path, text)]

    def self_test(self):
        for found, samples in ((True, self.bad), (False, self.good)):
            for sample in samples:
                path, text = sample if isinstance(sample, tuple) else (SAMPLE, sample)
                if bool(self.find(path, text)) != found:
                    yield f"{self.name} {'does not find' if found else 'finds'}: {text!r}"


def pattern(regex, view=c_code.code_of):
    """A check: each match of the regex in code without comments and strings, or in another view of the text."""
    compiled = re.compile(regex, re.M)

    def check(_path, text):
        subject = view(text)
        for match in compiled.finditer(subject):
            yield subject.count("\n", 0, match.end() - len(match.group(0).lstrip())) + 1, ""
    return check


def whole(text):
    return text


# --- the shape of a file ---

def check_head(_path, text):
    if not text.lstrip().startswith("/*"):
        yield 1, ""


def check_pragma(_path, text):
    if "#pragma once" not in text:
        yield 1, ""


def check_size(path, text):
    limit = 1000 if path.endswith(".c") else 150 if "/include/" in path else 400
    if text.count("\n") > limit:
        yield limit, f"{text.count(chr(10))} lines, at most {limit}; "


def check_columns(_path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 100:
            yield number, f"{len(line)} columns, at most 100; "


def check_prose_columns(path, text):
    """Scripts and documents; but tables, code in documents, and what is one long address, may be wider."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        fenced ^= path.endswith(".md") and line.startswith("```")
        free = path.endswith(".md") and (fenced or line.startswith("|")) or "://" in line and " " not in line.strip()
        if len(line) > 130 and not free:
            yield number, f"{len(line)} columns, at most 130; "


# --- functions, names ---

PREFIX = {"libs": "jw", "services/gateway": "gw", "services/executor": "exe", "services/scheduler": "sch", "services/notifier": "ntf",
          "tools/jobctl": "jc"}
FREE_SUBJECTS = ("base", "json", "model", "report")  # of many subjects: jw_cron_next_by, jw_uuid_new


def prefix_of(path):
    first, second = path.split("/")[:2]
    return PREFIX.get(first) or PREFIX.get(f"{first}/{second}", "")


def check_function_names(path, text):
    prefix, component = prefix_of(path), path.split("/")[1]
    for function in c_code.functions(c_code.code_of(text)):
        name, words = function.name, function.name.split("_")
        if function.is_static or name == "main":
            if path.endswith(".c") and words[0] in PREFIX.values():
                yield function.first, f"{name}() is static, so it has no prefix; "
        elif words[0] != prefix:
            yield function.first, f"{name}() does not begin with {prefix}_; "
        elif prefix == "jw" and component not in FREE_SUBJECTS:
            subject, type_name = words[1], "Jw" + words[1].capitalize()
            near = re.split(r"[/_.]", path.removeprefix("libs/")) + [component]
            if not any(subject.rstrip("s") == word.rstrip("s") for word in near) and type_name not in text:
                yield function.first, f"{name}(): {subject} is neither {component}, nor of this file's name, nor a type here; "


def check_type_names(path, text):
    prefix = prefix_of(path).capitalize()
    for name, line in c_code.types(c_code.code_of(text)):
        if not name.startswith(prefix):
            yield line, f"{name} does not begin with {prefix}; "


def check_length(_path, text):
    for function in c_code.functions(c_code.code_of(text)):
        lines = function.last - function.first + 1
        if lines > 60:
            yield function.first, f"{function.name}() has {lines} lines, at most 60; "


def check_nesting(_path, text):
    for function in c_code.functions(c_code.code_of(text)):
        if function.nesting() > 3:
            yield function.first, f"{function.name}() is nested {function.nesting()} deep, at most 3; "


# --- public headers ---

END_OF_LIFE = re.compile(r"_(free|unref|clear)$")


def check_header_comments(path, text):
    """Each function stands below a comment of its own, with a blank line above that. What ends an object may follow what makes it."""
    lines, last_end = text.split("\n"), None
    if "/include/" not in path:
        return
    for name, start, end in c_code.declarations(text):
        above = lines[start - 1].rstrip() if start else ""
        if above.endswith("*/"):
            first = start - 1
            while first > 0 and "/*" not in lines[first]:
                first -= 1
            if lines[first][:2] != "/*":
                yield start + 1, f"{name}() has no comment of its own above it; "
            elif lines[first - 1].strip() and not lines[first - 1].startswith("#"):
                yield first + 1, f"no blank line above the comment of {name}(); "
        elif not (END_OF_LIFE.search(name) and last_end == start - 1):
            yield start + 1, f"{name}() has no comment of its own above it; "
        last_end = end


# --- calls among the files of a component ---

def circles(texts):
    """(first file, "a.c, b.c") for each circle: files of one component that call each other. @texts: path → text."""
    home, calls = {}, {}
    paths = [p for p in texts if p.startswith(PRODUCT) and p.endswith(".c")]
    code = {path: c_code.code_of(texts[path]) for path in paths}
    for path in paths:
        home.update({f.name: path for f in c_code.functions(code[path]) if not f.is_static})
    for path in paths:
        used = {home.get(name) for name in re.findall(r"\b(\w+)\s*\(", code[path])} - {None, path}
        calls[path] = {other for other in used if other.split("/")[:2] == path.split("/")[:2]}

    def reached(start):
        seen, todo = set(), [start]
        while todo:
            for other in calls[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        return seen
    reach = {path: reached(path) for path in paths}
    found = {frozenset(other for other in reach[path] if path in reach[other]) for path in paths if path in reach[path]}
    return [(min(circle), ", ".join(p.rpartition("/")[2] for p in sorted(circle))) for circle in sorted(found, key=min)]


CIRCLE_SAMPLES = [
    (True, {"libs/x/src/a.c": "void\njw_a(void)\n{\n    jw_b();\n}\n", "libs/x/src/b.c": "void\njw_b(void)\n{\n    jw_a();\n}\n"}),
    (False, {"libs/x/src/a.c": "void\njw_a(void)\n{\n    jw_b();\n}\n", "libs/x/src/b.c": "void\njw_b(void)\n{\n}\n"}),
    (False, {"libs/x/src/a.c": "void\njw_a(void)\n{\n    jw_b();\n}\n", "libs/y/src/b.c": "void\njw_b(void)\n{\n    jw_a();\n}\n"}),
]

# --- public functions that nobody calls ---

def unused(texts):
    """(header, line, name) of each public function that no product file calls but the one that defines it: it is dead, or should
    be static. What adapters in memory (*_mem.h) have, and what is for "Tests only", are for tests. @texts: path → text."""
    code = {path: c_code.code_of(texts[path]) for path in texts if path.startswith(PRODUCT) and path.endswith((".c", ".h"))}
    users = {}
    for path, text in code.items():
        for name in set(re.findall(r"\w+", text)) - set(re.findall(r"^(\w+)\(", text, re.M)):
            users.setdefault(name, set()).add(path)
    for path in sorted(path for path in code if "/include/" in path and not path.endswith("_mem.h")):
        lines = texts[path].split("\n")
        for name, start, _end in c_code.declarations(texts[path]):
            above = "\n".join(lines[:start]).rpartition("/*")[2] if lines[start - 1].endswith("*/") else ""
            called = users.get(name, set()) - {path} or len(re.findall(rf"\b{name}\b", code[path])) > 1
            if not called and "Tests only" not in above:
                yield path, start + 1, name


UNUSED_HEADER = "libs/x/include/jw/x.h"
UNUSED_SAMPLES = [
    (True, {UNUSED_HEADER: "\n/* F. */\nvoid jw_x_f(void);\n", "libs/x/src/x.c": "void\njw_x_f(void)\n{\n    jw_x_f();\n}\n"}),
    (True, {UNUSED_HEADER: "\n/* F. */\nvoid jw_x_f(void);\n", "tests/unit/x/test_x.c": "int\nmain(void)\n{\n    jw_x_f();\n}\n"}),
    (False, {UNUSED_HEADER: "\n/* F. */\nvoid jw_x_f(void);\n", "libs/y/src/y.c": "void\njw_y(void)\n{\n    jw_x_f();\n}\n"}),
    (False, {UNUSED_HEADER: "\n/* Tests only: f. */\nvoid jw_x_f(void);\n"}),
    (False, {UNUSED_HEADER: "\n/* F. */\nvoid jw_x_f(void);\nG_DEFINE_AUTOPTR_CLEANUP_FUNC(JwX, jw_x_f)\n"}),
]

HEADER = "libs/bus/include/jw/bus.h"
LONG = "static void\nf(void)\n{\n" + "    g();\n" * 56 + "}\n"

RULES = [
    Rule("malloc-family", "use g_new, g_strdup, g_free or a g_auto cleanup", ALL,
         pattern(r"(?<![\w>.])(malloc|calloc|realloc|free|strdup|strndup)\s*\("),
         ["char *p = malloc(3);", "    free(p);"], ["g_free(p);", "self->free(p);", "/* free(p) */", 'f("free(p)");']),
    Rule("unsafe-string", "use g_strlcpy, g_snprintf, GString", ALL,
         pattern(r"(?<![\w>.])(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|gets)\s*\("),
         ["strcpy(a, b);", "sprintf(a, b);"], ["g_strlcpy(a, b, 3);", "g_snprintf(a, 3, b);"]),
    Rule("ato", "use jw_text_int64 or g_ascii_string_to_*", ALL, pattern(r"(?<![\w>.])(atoi|atol|atoll|atof)\s*\("),
         ["int f(char *a) { return atoi(a); }"], ["g_ascii_string_to_signed(a);"]),
    Rule("shell", "services start no programs", PRODUCT, pattern(r"(?<![\w>.])(system|popen)\s*\("),
         ['system("ls");', 'popen("ls", "r");'], ["jw_clock_system();", ("tests/unit/x.c", 'system("ls");')]),
    Rule("spawn", "services start no programs", PRODUCT, pattern(r"\bg_spawn_\w+\s*\("), ["g_spawn_async(0);"], ["spawn(0);"]),
    Rule("libc-time", "use jw/clock.h or GDateTime", PRODUCT,
         pattern(r"(?<![\w>.])(localtime|gmtime|localtime_r|gmtime_r|mktime)\s*\("), ["localtime(0);"], ["g_date_time_to_local(t);"]),
    Rule("alloca", "use the heap", ALL, pattern(r"\b(alloca|g_alloca|g_newa)\s*\("), ["g_newa(char, 3);"], ["g_new(char, 3);"]),
    Rule("g-error", "use jw_error_log and return an error", PRODUCT, pattern(r"(?<!\w)(g_error|g_print|g_printerr)\s*\("),
         ['g_error("x");', 'g_print("x");'], ["g_error_free(e);", 'fprintf(stderr, "x");']),
    Rule("g-log", "use jw_warn, jw_info …", PRODUCT, pattern(r"(?<!\w)(g_warning|g_message|g_critical|g_info|g_debug)\s*\("),
         ['g_warning("x");'], ['jw_warn("x");']),
    Rule("goto", "use g_auto cleanups", ALL, pattern(r"\bgoto\b"), ["goto out;"], ["/* goto out */"]),
    Rule("strerror", "use g_strerror", ALL, pattern(r"(?<![\w>.])strerror\s*\("), ["strerror(1);"], ["g_strerror(1);"]),
    Rule("error-deref", "use jw_error_code, jw_error_message", ALL, pattern(r"\(\s*\*\s*error\s*\)\s*->"),
         ["return (*error)->code;"], ["return error->code;"]),
    Rule("fail-ignored", "return jw_fail(…), or (void) where the pointer form returns NULL after", ALL, pattern(r"[;{}]\s*jw_fail\s*\("),
         ["{\n    jw_fail(error, 1, 2);"], ["return jw_fail(error, 1, 2);", "{\n    (void)jw_fail(error, 1, 2);"]),
    Rule("foreign-error", "use jw_fail", PRODUCT, pattern(r"\bg_set_error(_literal)?\s*\("), ['g_set_error(error, 0, 0, "x");'],
         ["jw_fail(error, 1, 2);"]),
    Rule("glib-lock", "use jw/sync.h", ALL,
         pattern(r"\b(g_mutex_|g_cond_|g_rw_lock_|g_rec_mutex_|g_async_queue_|g_thread_pool_|g_once\b|g_once_init_)"),
         ["g_mutex_lock(m);", "g_once(&once, f, NULL);"], ["jw_mutex_lock(m);"]),
    Rule("weak-random", "use jw/ident.h", PRODUCT,
         pattern(r"\b(g_random_\w+|g_rand_\w+|g_uuid_string_random|rand|srand|random)\s*\("), ["g_random_int();", "rand();"],
         ["jw_random_bytes(a, 3);", "jc_random(r);"]),
    Rule("memcmp-secret", "compare in constant time", PRODUCT, pattern(r"\bmemcmp\s*\([^;]*\b(secret|signature|password|token|mac)\b"),
         ["memcmp(a, secret, 3);"], ["memcmp(a, b, 3);"]),
    Rule("sleep", "wait on JwStop or JwCond", ALL, pattern(r"(?<![\w>.])(sleep|usleep|nanosleep|g_usleep)\s*\("), ["sleep(1);"],
         ["jw_stop_wait(stop, 3);"]),
    Rule("libjwt", "only the token authenticator calls libjwt", PRODUCT, pattern(r"#\s*include\s*<jwt\.h>", whole),
         ["#include <jwt.h>"], ['#include "jw/auth.h"']),
    Rule("g-list", "use GPtrArray", PRODUCT, pattern(r"\bG(S)?List\b"), ["GList *f(void);"], ["GPtrArray *f(void);"]),
    Rule("no-todo", "do it, or say it in the issue", ALL, pattern(r"\b(TODO|FIXME|XXX)\b", c_code.without_strings),
         ["/* TODO: later */"], ['f("XXX");']),
    Rule("file-head", "say in a comment what this file is and why", ALL, check_head, ["#include <glib.h>\n"], ["/* x.c: y */\n"]),
    Rule("pragma-once", "a header starts with #pragma once", ALL, check_pragma, [("libs/x/a.h", "/* a */\n")],
         [("libs/x/a.h", "/* a */\n#pragma once\n")], ("h",)),
    Rule("file-size", "cut it", ALL, check_size, [(HEADER, "\n" * 151), "\n" * 1001], [(HEADER, "\n" * 150), "\n" * 1000]),
    Rule("columns", "break the line", EVERYWHERE, check_columns, ["x" * 101], ["x" * 100, "é" * 100]),
    Rule("prose-columns", "break the line", EVERYWHERE, check_prose_columns, [("dev/x", "x" * 131), ("README.md", "x " * 66)],
         [("dev/x", "x" * 130), ("README.md", "| " + "x " * 99), ("README.md", "```\n" + "x " * 99), ("README.md", "https://" + "x" * 199)],
         PROSE),
    Rule("function-name", "CONTRIBUTING.md, names", PRODUCT, check_function_names,
         [("libs/bus/src/bus.c", "void\nbus_send(void)\n{\n}\n"), ("libs/bus/src/bus.c", "void\njw_store_send(void)\n{\n}\n"),
          ("services/gateway/src/gw.c", "void\nexe_send(void)\n{\n}\n"), ("libs/bus/src/bus.c", "static void\njw_bus_send(void)\n{\n}\n")],
         [("libs/bus/src/bus.c", "void\njw_bus_send(void)\n{\n}\n"), ("libs/bus/src/bus.c", "static bool\nsend(void)\n{\n}\n"),
          ("libs/bus/src/bus_dlq.c", "void\njw_dlq_send(void)\n{\n}\n"), ("libs/model/src/job.c", "void\njw_artifact_free(void)\n{\n}\n"),
          ("libs/bus/src/bus.c", "void\njw_consumer_free(JwConsumer *self)\n{\n}\n"), ("tools/jobctl/src/main.c", "int\nmain(void)\n{\n}\n")]),
    Rule("type-name", "CONTRIBUTING.md, names", PRODUCT, check_type_names,
         [(HEADER, "typedef struct _Bus Bus;\n"), (HEADER, "typedef enum { A } Kind;\n"), ("services/gateway/src/a.h", "typedef struct {\n} JwX;\n")],
         [(HEADER, "typedef struct _JwBus JwBus;\n"), ("services/gateway/src/a.h", "typedef struct {\n} GwX;\n"), "typedef struct {\n} Local;\n"],
         ("h",)),
    Rule("function-length", "cut it", ALL, check_length, [LONG.replace("{\n", "{\n    g();\n", 1)], [LONG]),
    Rule("nesting", "leave early, or make a function of the inside", ALL, check_nesting,
         ["static void\nf(void)\n{\n    if (a) {\n        for (;;) {\n            do {\n                if (b) {\n"],
         ["static void\nf(void)\n{\n    if (a) {\n        for (;;) {\n            if (b) {\n                x = (X){ { { 1 } } };\n"]),
    Rule("header-comment", "say what it does, its units, who owns what, its errors", ("libs/",), check_header_comments,
         [(HEADER, "/* bus.h */\n\nvoid jw_bus_f(void);\n"), (HEADER, "int x;\n/* F. */\nvoid jw_bus_f(void);\n"),
          (HEADER, "\n/* F and g. */\nvoid jw_bus_f(void);\nvoid jw_bus_g(void);\n")],
         [("libs/bus/src/bus_dlq.h", "void jw_bus_f(void);\n"),
          (HEADER, "int x;\n\n/* F. */\nvoid jw_bus_f(int a,\n              int b);\n\n/* G. */\nvoid jw_bus_g(void);\n"),
          (HEADER, "\n/* New. (transfer full) */\nJwBus *jw_bus_new(void);\nvoid jw_bus_free(gpointer self);\n"),
          (HEADER, "typedef void (*JwF)(int a);\nG_DEFINE_AUTOPTR_CLEANUP_FUNC(JwBus, jw_bus_free)\n"), "void jw_bus_f(void);\n"], ("h",)),
]
RULES += [Rule(f"word {what}", f"say {instead}", EVERYWHERE, pattern(word(words), whole), bad, good, ("c", "h", *PROSE, "yaml", "json"))
          for what, words, instead, bad, good in WORDS]

# Not written by us: no rule looks there.
NOT_OURS = ("LICENSE", "dev/pins/", "tests/fuzz/corpus/", "tests/unit/jobctl/data/")

# Findings that are let pass: rule, where the path begins, why. One that matches nothing any more is an error.
EXEMPT = [
    ("spawn", "tools/jobctl/src/mail/picture.c", "a browser draws the picture; jobctl is no service and has one thread"),
    ("unused", "libs/store/include/jw/store_schedules.h", "tests read what the scheduler has stored: schedules, and occurrences"),
    ("unused", "libs/jobs/include/jw/jobs_deliveries.h", "jw_jobs_create_message() is for kinds of jobs that write mails"),
    ("unused", "libs/model/include/jw/delivery.h", "jw_delivery_new_event() is for webhooks"),
    ("malloc-family", "libs/json/src/json_print.c", "what jansson has allocated is released with free()"),
    ("malloc-family", "tests/tsan/c11_threads.c", "it takes the place of libc's own functions"),
    ("function-name", "libs/http/src/http_library.c", "it takes the place of libmicrohttpd's own function"),
    ("foreign-error", "libs/base/src/error.c", "jw_fail() itself"),
    ("libjwt", "libs/http/src/", "the token authenticator, behind libjwt's cleanups"),
    ("function-length", "tests/unit/executor/test_intake.c", "a table of cases"),
    ("function-length", "tests/unit/http/test_file.c", "a table of cases"),
    ("function-length", "tests/unit/mail/test_compose.c", "a table of cases"),
    ("nesting", "tests/unit/model/test_delivery.c", "all pairs of all flags"),
    ("nesting", "tests/unit/model/test_job_state.c", "all pairs of all flags"),
    ("nesting", "tests/unit/scheduler/test_due_faults.c", "each call, in each way"),
    ("word hint", "libs/http/src/http_server.c", "getaddrinfo's own word"),
    ("word hint", "libs/store/src/", "MongoDB's own word for the index to use"),
    ("word hint", "tests/testkit/memdb/", "the same"),
]
