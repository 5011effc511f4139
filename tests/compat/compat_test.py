#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What of Flink's SQL is the same, different on purpose, or missing, from what the tests know.

usage: compat_test.py MILLRACE [PAGE]
Every statement of missing.txt must still be refused with its code; every function that Flink
lists is documented or in missing_functions.txt, not both. The tables that follow are the part of
PAGE between its two `compat` marks; with UPDATE=1 they are written there, else compared.
"""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SQL = HERE.parent / "sql"
REFERENCE = HERE.parent.parent / "docs" / "reference"
BEGIN, END = "<!-- compat: generated -->", "<!-- compat: end -->"
SETUP = """
CREATE TABLE t (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen', 'number-of-rows' = '1');
CREATE TABLE u (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen', 'number-of-rows' = '1');
CREATE TABLE p (k INT, pt AS PROCTIME()) WITH ('connector' = 'datagen', 'number-of-rows' = '1');
CREATE TABLE s (k INT, v INT) WITH ('connector' = 'print');
CREATE TABLE upserted (k INT PRIMARY KEY NOT ENFORCED, v BIGINT) WITH ('connector' = 'print');
CREATE TABLE f (k INT, v INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/f',
  'format' = 'csv');
"""
SECTIONS = {  # folder of tests/sql -> what it is about
    "aggregates": "PERCENTILE, JSON, BITMAP and VARIANT",
    "basics": "SELECT, WHERE, VALUES, UNION", "columns": "columns of tables", "csv": "csv",
    "changelogs": "TO_CHANGELOG, FROM_CHANGELOG",
    "functions": "scalar functions", "group": "GROUP BY", "group_more": "GROUP BY",
    "group_windows": "sessions, group windows, windows by the clock",
    "grouping_sets": "GROUPING SETS, CUBE, ROLLUP", "hop": "HOP, CUMULATE",
    "hop_more": "HOP, CUMULATE", "joins": "interval and window joins",
    "joins_outer": "interval and window joins", "lateral": "LATERAL", "match": "MATCH_RECOGNIZE",
    "on_conflict": "sinks", "over": "OVER", "over_order": "OVER",
    "over_more": "OVER",
    "partitions": "partitioned files", "pipelines": "whole pipelines",
    "processing_time": "sessions, group windows, windows by the clock",
    "rank": "Top-N, deduplication, LIMIT, ORDER BY", "regular_joins": "regular joins",
    "mini_batch": "GROUP BY", "rows": "ROW types",
    "session": "sessions, group windows, windows by the clock",
    "sinks": "sinks", "sources": "sources", "statements": "statements",
    "subqueries": "subqueries, set operations",
    "subqueries_more": "subqueries, set operations",
    "temporal_joins": "FOR SYSTEM_TIME AS OF", "tumble": "TUMBLE", "unicode": "texts",
    "unnest": "UNNEST", "updates": "changelogs", "watermark": "watermarks",
    "windows_more": "windows together", "zones": "time zones",
}


def lines_of(path):
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")]


def statements_of(path):
    """Each statement; `{a|b}` in it stands for one with a and one with b."""
    for what, code, _, statement in lines_of(path):
        names = re.search(r"\{([^{}]*)\}", statement)
        if names is None:
            yield what, code, statement
            continue
        for name in names[1].split("|"):
            yield f"{what} ({name})", code, statement.replace(names[0], name)


def check_missing(program):
    """The statements of missing.txt that are not refused as the list says."""
    wrong = []
    for what, code, statement in statements_of(HERE / "missing.txt"):
        done = subprocess.run([program, "check", "-e", SETUP + statement + ";"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            wrong.append(f"{what}: is not refused any more; take it from missing.txt")
        elif f"[{code}]" not in done.stderr:
            wrong.append(f"{what}: refused, but not with {code}:\n{done.stderr[:500]}")
    return wrong


def check_functions():
    pages = "".join((REFERENCE / name).read_text(encoding="utf-8")
                    for name in ("functions.md", "aggregates.md", "over.md", "grouping.md",
                                 "time.md", "top-n.md", "changelogs.md"))
    documented = set(re.findall(r"\b[A-Z][A-Z_0-9]+\b", pages))
    listed = {line[0] for line in lines_of(HERE / "flink_functions.txt")}
    missing = {name: reason for name, reason in lines_of(HERE / "missing_functions.txt")}
    wrong = [f"{name}: neither documented nor in missing_functions.txt"
             for name in sorted(listed - documented - missing.keys())]
    wrong += [f"{name}: in missing_functions.txt, but no function of Flink"
              for name in sorted(missing.keys() - listed)]
    return wrong, len(listed & documented - missing.keys()), missing


def counts():
    """Section -> [same, different on purpose, missing], cases and single expressions alike."""
    on_purpose = [line[0] for line in lines_of(SQL / "divergences.txt")]
    found = {}

    def add(case, place, number):
        section = SECTIONS.get(case.split("/")[0], case.split("/")[0])
        found.setdefault(section, [0, 0, 0])[place] += number

    for path in sorted(SQL.rglob("*.sql")):
        add(str(path.relative_to(SQL)), 0, 1)
    for path in sorted(SQL.rglob("*.exprs")):
        text = path.with_suffix(".expected").read_text(encoding="utf-8")
        add(str(path.relative_to(SQL)), 0, len([line for line in text.splitlines() if line]))
    for case in on_purpose:
        add(case, 0, -1)
        add(case, 1, 1)
    for case, why in lines_of(SQL / "not_yet.txt"):
        add(case, 0, -1)
        add(case, 1 if why.startswith("on purpose") else 2, 1)
    for line in lines_of(SQL / "not_yet_expressions.txt"):
        add(line[0], 0, -1)
        add(line[0], 2, 1)
    return found


def page(functions_there, missing_functions):
    text = [BEGIN, "", "Cases and single expressions whose answer a real Flink 2.3.0 gave:", "",
            "| | the same | different on purpose | not yet |", "|---|---|---|---|"]
    found = counts()
    total = [0, 0, 0]
    for section in sorted(found):
        total = [a + b for a, b in zip(total, found[section])]
        text.append("| {} | {} | {} | {} |".format(section, *found[section]))
    text.append("| together | {} | {} | {} |".format(*total))
    text += ["", "Refused as `not supported yet`, each with its name and place:", "", "| | |",
             "|---|---|"]
    text += [f"| {what} | {reason} |" for what, _, reason, _ in lines_of(HERE / "missing.txt")]
    text += ["", f"Of the functions that Flink lists, {functions_there} are documented under their "
             "name. The others:", "", "| | |", "|---|---|"]
    text += [f"| `{name}` | {reason} |" for name, reason in sorted(missing_functions.items())]
    return "\n".join([*text, "", END])


def main():
    program = sys.argv[1]
    path = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else REFERENCE / "flink-compatibility.md"
    wrong = check_missing(program)
    more, there, missing = check_functions()
    wrong += more
    old = path.read_text(encoding="utf-8")
    begin, end = old.index(BEGIN), old.index(END) + len(END)
    new = old[:begin] + page(there, missing) + old[end:]
    if os.environ.get("UPDATE") == "1":
        path.write_text(new, encoding="utf-8")
    elif new != old:
        wrong.append(f"{path.name} is not what the tests know: make compat")
    print("\n".join(wrong) or "compatibility: what is missing is missing, the page is true")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
