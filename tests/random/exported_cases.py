#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of tests/sql, exported by `millrace export flink` and run by a real Flink: the same rows.

usage: exported_cases.py MILLRACE [--cases N] [--only PATTERN] [--limit SECONDS]
What a case must leave is in its golden file, which Flink wrote for the file before it was exported.
One Flink serves all cases; a case that it does not answer within the limit is wrong.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import engines

SQL = engines.ROOT / "tests" / "sql"
ORACLE = str(engines.ROOT / "tests" / "oracle" / "oracle.sh")


def golden(path):
    """The rows that all statements of a golden file leave; None if one of them fails."""
    lines = []
    of_statement = False
    text = path.read_text(encoding="utf-8").replace("${DATA}", str(path.parent / "data"))
    for line in text.split("\n"):
        if line.startswith("ERROR"):
            return None
        if line.startswith("-- "):
            of_statement = line.startswith("-- statement ")
        elif of_statement and line:
            lines.append(line)
    return engines.read(lines, r"ERROR ")


def candidates(only):
    """One case after the other of each folder, so that few cases are of many kinds."""
    folders = {}
    for path in sorted(SQL.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        plain = not re.search(r"\b(SHOW|DESCRIBE|DESC [A-Za-z]+;|EXPLAIN)\b", text)
        if plain and "${OUT}" not in text and (only is None or re.search(only, str(path))):
            folders.setdefault(path.parent, []).append(path)
    while folders:
        for folder in list(folders):
            yield folders[folder].pop(0)
            if not folders[folder]:
                del folders[folder]


def exported(program, path):
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        text = path.read_text(encoding="utf-8").replace("${DATA}", str(path.parent / "data"))
        file.write(text)
        file.flush()
        done = subprocess.run(
            [program, "export", "flink", "--quiet", file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    return done.stdout if done.returncode == 0 else None


def of_flink(text, limit_s):
    """What all statements of a file print, folded."""
    try:
        done = subprocess.run(
            ["nice", "-n", "10", ORACLE, "sql", "-"],
            input=text,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env=os.environ,
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired:
        subprocess.run([ORACLE, "stop"], check=True)  # it would go on with the case
        return engines.Answer(error=f"not done within {limit_s} s")
    lines = [line for line in done.stdout.split("\n") if not re.match(r"-- \d+: ", line)]
    return engines.read([line for line in lines if line], r"ERROR ")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--only")
    parser.add_argument("--limit", type=int, default=120)
    options = parser.parse_args()
    same, refused, wrong = 0, 0, 0
    for path in candidates(options.only):
        if same + wrong >= options.cases:
            break
        expected = golden(path.with_suffix(".expected"))
        if expected is None:
            continue
        text = exported(options.program, path)
        if text is None:
            refused += 1
            continue
        found = of_flink(text, options.limit)
        if found.error is None and found.rows == expected.rows:
            same += 1
            continue
        wrong += 1
        print(f"{path.relative_to(SQL)}: {found.error or 'other rows'}", flush=True)
        print(
            "\n".join(
                f"  {n:+d} {row}" for row, n in list((found.rows - expected.rows).items())[:5]
            )
        )
    print(
        f"{same} exported cases give the same rows on Flink, {wrong} do not; {refused} are refused"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
