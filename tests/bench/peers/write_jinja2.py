"""write_jinja2.py ROWS FILE: the call list as an HTML table by a Jinja2 template that streams and escapes, fed from memory."""
import datetime
import sys
import time

import jinja2

from rows import LABELS, row, say, since

TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Calls</title></head><body><table>
<thead><tr>{% for label in labels %}<th>{{ label }}</th>{% endfor %}</tr></thead><tbody>
{% for r in rows %}<tr><td>{{ r[0] }}</td><td class="d">{{ moment(r[1]) }}</td><td>{{ r[2] }}</td><td>{{ r[3] }}</td>\
<td>{{ r[4] }}</td><td>{{ r[5] }}</td><td class="n">{{ r[6] }}</td><td class="n">{{ r[7] }}</td>\
<td>{{ "yes" if r[8] else "no" }}</td><td class="n">{{ r[9] }}</td></tr>
{% endfor %}</tbody></table></body></html>
"""


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def main():
    rows = int(sys.argv[1])
    begin = time.monotonic()
    stream = jinja2.Environment(autoescape=True).from_string(TEMPLATE).stream(
        labels=LABELS, rows=(row(i) for i in range(rows)), moment=moment)
    stream.enable_buffering(100)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        stream.dump(file)
    say(rows, since(begin))


main()
