# SPDX-License-Identifier: Apache-2.0
"""Asks millrace, a real Flink and DuckDB the same queries, and folds changelogs to their rows."""

import collections
import decimal
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHANGE = re.compile(r"^(\+I|-U|\+U|-D)\[")
NOTE = re.compile(r"\d+ rows? came behind|warning|note|$")
MARK = "#query "


class Answer:
    """Either the rows that are left, or the text of an error."""

    def __init__(self, lines=(), error=None):
        self.error = error
        self.rows = collections.Counter()
        self.consistent = True  # nothing is taken back that is not there
        for line in lines:
            row = line[2:]
            if line[0] == "+":
                self.rows[row] += 1
            elif self.rows[row] > 0:
                self.rows[row] -= 1
            else:
                self.consistent = False
                self.rows[row] -= 1
        self.rows = +self.rows if self.consistent else self.rows


def of_millrace(program, statements, queries):
    """The answers of one shell that is asked all queries in turn."""
    text = ["SET 'millrace.on-row-error' = 'fail'"] + statements
    for number, query in enumerate(queries):
        text += [f"VALUES ('{MARK}{number}')", query]
    text.append(f"VALUES ('{MARK}{len(queries)}')")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, "shell", "--format", "changelog", "--data-dir", folder],
            input=";\n".join(text) + ";\n",
            capture_output=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=600,
        )
    parts = re.split(rf"^\+I\[{MARK}(\d+)\]$", done.stdout, flags=re.M)
    answers = [Answer(error=f"no answer; exit {done.returncode}") for _ in queries]
    for number, part in zip(parts[1::2], parts[2::2]):
        if int(number) < len(queries):
            answers[int(number)] = read(part.strip("\n").split("\n"), r"(error|fatal)\b")
    if parts[-2:-1] != [str(len(queries))]:
        last = len(parts) // 2 - 1
        answers[last] = Answer(error=f"crashed: exit {done.returncode}: {done.stdout[-2000:]}")
    return answers


def of_flink(statements, queries):
    """The answers of a real Flink by tests/oracle."""
    text = ";\n".join(statements + queries) + ";\n"
    done = subprocess.run(
        ["nice", "-n", "10", str(ROOT / "tests/oracle/oracle.sh"), "sql", "-"],
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ,
    )
    parts = re.split(r"^-- (\d+): .*$", done.stdout, flags=re.M)
    answers = {int(number): part for number, part in zip(parts[1::2], parts[2::2])}
    return [
        read(answers[len(statements) + 1 + i].strip("\n").split("\n"), r"ERROR ")
        for i in range(len(queries))
    ]


def read(lines, error):
    whole = []
    for number, line in enumerate(lines):
        if re.match(error, line):
            return Answer(error="\n".join(lines[number : number + 12]))
        if CHANGE.match(line):
            whole.append(line)
        elif whole and not NOTE.match(line):
            whole[-1] += "\n" + line
    return Answer(whole)


def of_duckdb(connection, query, kinds):
    """A Counter of rows, or None where DuckDB refuses or a number does not fit Flink's type."""
    try:
        rows = connection.execute(query).fetchall()
    except Exception:  # pylint: disable=broad-except  # whatever it does not take
        return None
    limits = {"SMALLINT": 15, "INT": 31, "BIGINT": 63}
    for row in rows:
        for value, kind in zip(row, kinds):
            if kind in limits and value is not None and not isinstance(value, bool):
                if not -(2 ** limits[kind]) <= value < 2 ** limits[kind]:
                    return None
    return [tuple(row) for row in rows]


def values_of(row, kinds):
    """The values of a printed row, numbers as numbers; None if its texts hide the commas."""
    parts = row[1:-1].split(", ")
    if len(parts) != len(kinds):
        return None
    return tuple(value_of(part, kind) for part, kind in zip(parts, kinds))


def value_of(text, kind):
    if text == "null":
        return None
    if kind == "DOUBLE":
        return float(text.replace("Infinity", "inf"))
    if kind == "DECIMAL":
        return decimal.Decimal(text)
    if kind in ("INT", "SMALLINT", "BIGINT"):
        return int(text)
    return text


def plain(value, kind):
    """A value of DuckDB as value_of() gives it."""
    if value is None:
        return None
    if kind == "DOUBLE":
        return float(value)
    if kind == "DECIMAL":
        return decimal.Decimal(value)
    if kind in ("INT", "SMALLINT", "BIGINT"):
        return int(value)
    if kind == "BOOLEAN":
        return "true" if value else "false"
    if kind == "TIMESTAMP":
        text = value.isoformat(timespec="milliseconds")
        return (
            text[:-7] if text.endswith(":00.000") else text[:-4] if text.endswith(".000") else text
        )
    return str(value)


def near(left, right):
    """Whether two lists of rows are equal but for the last digits of floating numbers."""

    def key(row):
        return tuple(
            (
                value is not None,
                str(type(value)),
                round_key(value) if isinstance(value, float) else value,
            )
            for value in row
        )

    def round_key(value):
        return float(f"{value:.6e}") if value == value else float("-inf")

    def same(one, other):
        if isinstance(one, float) and isinstance(other, float):
            return (
                one == other
                or one != one
                and other != other
                or abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1e-6)
            )
        return one == other

    if len(left) != len(right):
        return False
    pairs = zip(sorted(left, key=key), sorted(right, key=key))
    return all(len(one) == len(other) and all(map(same, one, other)) for one, other in pairs)
