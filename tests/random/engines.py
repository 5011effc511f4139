# SPDX-License-Identifier: Apache-2.0
"""Asks millrace, a real Flink and DuckDB the same queries, and folds changelogs to their rows."""

import collections
import decimal
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHANGE = re.compile(r"^(\+I|-U|\+U|-D)\[")
NOTE = re.compile(r"\d+ rows? came behind|warning|note|$")
FRACTION = re.compile(r"-?(\d+\.\d+(E-?\d+)?|Infinity)|NaN")
MAP = re.compile(r"\{([^{}]*)\}")
MARK = "#query "
TOO_LATE = "the job did not end within"  # Flink's answer on a machine with too much to do
LIMIT_SECONDS = 300  # of a shell


def in_order(found):
    """The entries of a MAP or MULTISET, which have no order, in that of their texts."""
    return "{" + ", ".join(sorted(found[1].split(", "))) + "}"


class Answer:
    """Either the rows that are left, or the text of an error."""

    def __init__(self, lines=(), error=None):
        self.error = error
        self.rows = collections.Counter()
        self.consistent = True  # nothing is taken back that is not there
        for line in lines:
            row = MAP.sub(in_order, line[2:])
            if line[0] == "+":
                self.rows[row] += 1
            elif self.rows[row] > 0:
                self.rows[row] -= 1
            else:
                self.consistent = False
                self.rows[row] -= 1
        self.rows = +self.rows if self.consistent else self.rows
        kinds = collections.Counter(line[:2] for line in lines)
        self.incomplete = kinds["+U"] > kinds["-U"]  # what is replaced is not taken back


def of_millrace(program, statements, queries):
    """The answers of a shell that is asked all queries in turn; after a crash, of another one."""
    answers = []
    while len(answers) < len(queries):
        answers += of_shell(program, statements, queries[len(answers) :])
    return answers


def of_shell(program, statements, queries):
    """The answers up to the first query that ends the shell, or that it does not end."""
    text = ["SET 'millrace.on-row-error' = 'fail'"] + statements
    for number, query in enumerate(queries):
        text += [f"VALUES ('{MARK}{number}')", query]
    text.append(f"VALUES ('{MARK}{len(queries)}')")
    with tempfile.TemporaryDirectory() as folder:
        said, end = said_by(
            [program, "shell", "--format", "changelog", "--data-dir", folder],
            ";\n".join(text) + ";\n",
        )
    parts = re.split(rf"^\+I\[{MARK}(\d+)\]$", said, flags=re.M)
    answers = [
        read(part.strip("\n").split("\n"), r"(error|fatal)\b")
        for number, part in zip(parts[1::2], parts[2::2])
        if int(number) < len(queries)
    ]
    if len(parts) == 1 or int(parts[-2]) != len(queries):
        answers[-1:] = [Answer(error=f"crashed: {end}: {said[-2000:]}")]
    return answers


def said_by(command, text):
    """What a program says to a text, and how it ended."""
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=LIMIT_SECONDS,
        )
        return done.stdout.decode(), f"exit {done.returncode}"
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace"), f"no end in {LIMIT_SECONDS} s"


def of_flink(statements, queries, folder, answers=None):
    """The answers of a real Flink by tests/oracle. `folder` has the files that the statements read;
    `answers` is a folder that keeps what Flink said, so that it is asked once only."""
    kept = answers and answers / f"{digest(statements, folder)}.json"
    known = json.loads(kept.read_text(encoding="utf-8")) if kept and kept.exists() else {}
    asked = [query for query in queries if query not in known]
    if asked:
        known.update(zip(asked, ask_flink(statements, asked)))
        if kept:
            whole = {query: said for query, said in known.items() if TOO_LATE not in said}
            kept.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return [read(known[query].strip("\n").split("\n"), r"ERROR ") for query in queries]


def digest(statements, folder):
    """Of the statements and the files below `folder` that they read, wherever that folder is."""
    known = hashlib.sha256("\n".join(statements).replace(str(folder), "").encode())
    for path in sorted(folder.iterdir()):
        known.update(path.name.encode() + path.read_bytes())
    return known.hexdigest()[:32]


def ask_flink(statements, queries):
    """What Flink says to each query."""
    done = subprocess.run(
        ["nice", "-n", "10", str(ROOT / "tests/oracle/oracle.sh"), "sql", "-"],
        input=";\n".join(statements + queries) + ";\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ,
    )
    parts = re.split(r"^-- (\d+): .*$", done.stdout, flags=re.M)
    said = {int(number): part for number, part in zip(parts[1::2], parts[2::2])}
    return [said[len(statements) + 1 + number] for number in range(len(queries))]


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
    if kind == "FLOAT" and not text.isalpha():
        return struct.unpack("f", struct.pack("f", float(text.replace("Infinity", "inf"))))[0]
    if kind == "DOUBLE" or kind == "OTHER" and FRACTION.fullmatch(text):
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
