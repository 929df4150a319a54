"""c_code.py: as much of C as the rules need: comments and strings blanked, functions, declarations, calls.

It relies on the form that clang-format gives this tree: a definition starts at column 0 with its type, its name follows at
column 0, its braces stand at column 0.
"""
import functools
import re

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_comments(text):
    return COMMENT.sub(_blank, text)


@functools.lru_cache(4)
def without_strings(text):
    """The quotes stay, so that `"…"` still separates tokens."""
    return STRING.sub(lambda m: m.group(0)[0] + re.sub(r"[^\n]", " ", m.group(0)[1:-1]) + m.group(0)[0], text)


@functools.lru_cache(4)
def code_of(text):
    return without_strings(without_comments(text))


class Function:
    def __init__(self, name, is_static, first, last, body):
        self.name, self.is_static = name, is_static
        self.first, self.last, self.body = first, last, body  # lines from 1; the body with its braces

    def nesting(self):
        """How deep blocks of control go below the body; braces of values do not count."""
        depth, deepest = [], 0
        for i, char in enumerate(self.body):
            if char == "{":
                before = self.body[:i].rstrip()
                control = self.body[i - 1] in " \n" and re.search(r"(?:[);{}:]|\belse|\bdo)$", before)  # `(JwX){ … }` is a value
                depth.append(not depth or bool(control) and depth[-1])
                deepest = max(deepest, sum(depth) - 1)
            elif char == "}" and depth:
                depth.pop()
        return deepest


def functions(code):
    """The definitions in code_of() a file."""
    lines = code.split("\n")
    for number, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        first, last = number, number
        while first > 0 and lines[first - 1].strip() and not re.search(r"^#|[;}]\s*$", lines[first - 1]):
            first -= 1
        while last < len(lines) - 1 and not lines[last].startswith("}"):
            last += 1
        head = "\n".join(lines[first:number])
        name = re.search(r"^(?!G_GNUC_)(\w+)\s*\(", head, re.M) or re.search(r"(?<!\w)(?!G_GNUC_)([a-z]\w*)\(", head)
        if name:
            yield Function(name.group(1), "static" in head[: name.start()], first + 1, last + 1,
                           "\n".join(lines[number : last + 1]))


def types(code):
    """Names that a typedef gives, with their line."""
    for match in re.finditer(r"^(?:typedef .*?|\} )(\w+)(?:\[\w*\])?;$", code, re.M):
        yield match.group(1), code.count("\n", 0, match.end()) + 1


def declarations(text):
    """Function declarations at the top level of a header: (name, lines from … to, from 0)."""
    code, depth, start = code_of(text).split("\n"), 0, None
    for number, line in enumerate(code):
        if depth == 0 and re.match(r"[A-Za-z]", line) and start is None:
            start = number
        depth += line.count("{") - line.count("}")
        if start is not None and depth == 0 and line.rstrip().endswith((";", "}")):
            statement = " ".join(code[start : number + 1])
            name = re.match(r"(?!typedef|G_DEFINE|static inline)[\w\s*]*?\b([a-z]\w*)\(", statement)
            if name and "{" not in statement:
                yield name.group(1), start, number
            start = None
        elif start is not None and depth == 0 and line.startswith(("G_BEGIN", "G_END", "G_DEFINE")):
            start = None
