"""duckdb_limit.py: what DuckDB does on one thread with the call list in a table of its memory.

  duckdb_limit.py copy csv|json|ndjson ROWS FILE     writes it to a file
  duckdb_limit.py group ROWS DIMENSION,...           groups it; prints the groups, too

Making the table is not counted.
"""
import json
import sys
import time

import duckdb

from rows import AGENTS, EPOCH_S, say, since, STEP_S, TOPICS

FORMS = {"csv": "FORMAT csv, HEADER", "json": "FORMAT json, ARRAY true", "ndjson": "FORMAT json"}
DIMENSIONS = {"agent": "agent", "topic": "topic", "hour": "hour(startedAt)", "day": "CAST(startedAt AS DATE)"}
# totalCalls, answeredCalls, answerRate, averageCallDuration, averageWaitTime, resolvedCalls, averageSatisfaction
MEASURES = """count(*), count(*) FILTER (status = 'answered'),
    100.0 * count(*) FILTER (status = 'answered') / count(*), avg(talkSeconds) FILTER (status = 'answered'),
    avg(waitSeconds) FILTER (status = 'answered'), count(*) FILTER (resolved), avg(satisfaction) FILTER (status = 'answered')"""
ROUNDS = 3  # of grouping; the best counts


def table(rows):
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(f"""CREATE TABLE calls AS SELECT printf('C%08d', i) AS callId,
        make_timestamp(({EPOCH_S} + i * {STEP_S}) * 1000000) AS startedAt, {list(AGENTS)}[i % 8 + 1] AS agent,
        'support' AS department, {list(TOPICS)}[i % 4 + 1] AS topic,
        CASE WHEN i % 5 = 0 THEN 'missed' ELSE 'answered' END AS status, i % 120 AS waitSeconds, i % 400 AS talkSeconds,
        i % 3 != 0 AS resolved, i % 6 AS satisfaction FROM range({rows}) AS t(i)""")
    return connection


def copy(form, rows, path):
    connection = table(int(rows))
    begin = time.monotonic()
    connection.execute(f"COPY calls TO '{path}' ({FORMS[form]})")
    say(int(rows), since(begin))


def group(rows, names):
    connection = table(int(rows))
    keys = [DIMENSIONS[name] for name in names.split(",")]
    best = None
    for _ in range(ROUNDS):
        begin = time.monotonic()
        groups = connection.execute(f"SELECT {', '.join(keys)}, {MEASURES} FROM calls GROUP BY {', '.join(keys)}").fetchall()
        best = min(best or since(begin), since(begin))
    say(int(rows), best)
    print(json.dumps(groups, default=str))


{"copy": copy, "group": group}[sys.argv[1]](*sys.argv[2:])
