#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/reference/sql/statements.md is true: its examples compile, in their order and as one
session, or are refused with the code that stands below them; and it has every kind of statement
that the parser's list of accepted ones has.

usage: statements_test.py MILLRACE
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "sql" / "statements.md"
ACCEPTED = ROOT / "src" / "sql" / "testdata" / "both_accept.sql"
NO_KIND = {"SELECT", "WITH", "VALUES", "FROM", "TABLE", "(", "END"}  # queries, and half of BEGIN
WORDS = {"TEMPORARY", "SYSTEM", "IF", "OR", "ALTER", "REPLACE", "FULL", "USER"}  # beside the object
OBJECTS = ("TABLE", "VIEW", "FUNCTION", "MODEL", "DATABASE", "CATALOG", "CONNECTION", "JAR",
           "MATERIALIZED", "MODULE", "MODULES", "JOB", "PLAN")


def examples():
    """(statement, code or None) of all blocks."""
    found = []
    for block in re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
        for part in re.findall(r"(.*?;)\n(?=(?!END)[A-Z-]|\Z)", block, re.S):
            code = re.match(r"-- (MR\d+)\n", part)
            if code:
                found[-1] = (found[-1][0], code[1])
                part = part[code.end():]
            if part.strip():
                found.append((part, None))
        last = re.search(r"-- (MR\d+)\n\Z", block)
        if last:
            found[-1] = (found[-1][0], last[1])
    return found


def kind(statement):
    """CREATE TABLE, SHOW TABLES, USE; None for a query."""
    words = re.findall(r"[A-Za-z_]+|\S", statement)[:8]
    head = words[0].upper()
    if head in NO_KIND or not head.isalpha():
        return None
    for word in words[1:]:
        word = word.upper()
        if word in OBJECTS:
            return f"{head} {word}"
        if word not in WORDS:
            break
    return head


def check(program, cases):
    """What is wrong with the statements that compile, or with one behind those before it."""
    wrong, session = [], ""
    with tempfile.TemporaryDirectory() as folder:
        def errors_of(text):
            done = subprocess.run([program, "check", "-e", text], cwd=folder,
                                  capture_output=True, text=True, check=False)
            return done.stderr if done.returncode != 0 else ""

        whole = errors_of("\n".join(statement for statement, code in cases if code is None))
        if whole:
            return [whole]
        for statement, code in cases:
            if code is None:
                session += statement + "\n"
                continue
            found = errors_of(session + statement)
            if f"error[{code}]" not in found:
                wrong.append(f"{statement}\nis not refused with {code}:\n{found[:600]}")
    return wrong


def main():
    cases = examples()
    wrong = check(str(pathlib.Path(sys.argv[1]).resolve()), cases)
    shown = {kind(statement) for statement, _ in cases}
    texts = re.split(r"\n----\n", ACCEPTED.read_text(encoding="utf-8"))
    for text in sorted({kind(t) for t in texts if t.strip()} - shown - {None}):
        wrong.append(f"the page has no {text}")
    if len(cases) < 80:
        wrong.append(f"only {len(cases)} examples were found")
    print("\n".join(wrong) or f"{len(cases)} examples of statements are as the page says")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
