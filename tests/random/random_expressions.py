#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every form of scalar expression on edge values, answered by millrace and a real Flink 2.3.

usage: random_expressions.py MILLRACE [--evaluations N] [--seed S]
Flink's literals are hidden behind columns (tests/oracle), so what is compared is what a row of a
table meets. Differences that known_expressions.txt explains are counted, others printed.
"""

import argparse
import collections
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import engines
from expressions import FORMS

HERE = pathlib.Path(__file__).resolve().parent
BLOCK = 500
EDGES = {
    "INT": ["0", "1", "-1", "5", "10", "2147483647", "(-2147483647 - 1)", "CAST(NULL AS INT)"],
    "SMALLINT": [f"CAST({n} AS SMALLINT)" for n in ("0", "7", "-1", "32767", "-32768", "NULL")],
    "BIGINT": [
        f"CAST({n} AS BIGINT)"
        for n in ("0", "3", "-1", "9223372036854775807", "4294967296", "NULL")
    ],
    "DOUBLE": ["0e0", "1.5e0", "-2.5e0", "1e300", "1e-7", "123456.789e0", "CAST(NULL AS DOUBLE)"],
    "DECIMAL": ["0.00", "1.50", "-0.01", "99999999.99", "12.345", "CAST(NULL AS DECIMAL(10, 2))"],
    "BOOLEAN": ["TRUE", "FALSE", "CAST(NULL AS BOOLEAN)"],
    "STRING": [
        f"CAST({text} AS STRING)"
        for text in (
            "''",
            "'a'",
            "'ab'",
            "'Ab c'",
            "' 12 '",
            "'-7'",
            "'true'",
            "'é日本'",
            "'😀'",
            "'a%_b'",
            "'2024-02-29'",
            "'2024-02-29 12:34:56.789'",
            "'aXbXc'",
            "NULL",
        )
    ],
    "DATE": ["DATE '2024-02-29'", "DATE '1970-01-01'", "DATE '2023-12-31'", "CAST(NULL AS DATE)"],
    "TIMESTAMP": [
        "TIMESTAMP '2024-02-29 23:59:59.999'",
        "TIMESTAMP '1970-01-01 00:00:00.000'",
        "TIMESTAMP '2023-12-31 12:00:00.500'",
        "CAST(NULL AS TIMESTAMP(3))",
    ],
}
# Calls that random queries do not make: [(template, kinds of the parts)].
MORE = [
    ("BTRIM({0})", "STRING"),
    ("LTRIM({0})", "STRING"),
    ("RTRIM({0})", "STRING"),
    ("RPAD({0}, 4, 'yz')", "STRING"),
    ("RIGHT({0}, 2)", "STRING"),
    ("INSTR({0}, 'b')", "STRING"),
    ("CHR({0})", "INT"),
    ("SHA1({0})", "STRING"),
    ("SHA256({0})", "STRING"),
    ("FROM_BASE64(TO_BASE64({0}))", "STRING"),
    ("URL_ENCODE({0})", "STRING"),
    ("REGEXP_COUNT({0}, '[a-z]')", "STRING"),
    ("SPLIT({0}, 'X')", "STRING"),
    ("ELT(2, {0}, {1})", "STRING STRING"),
    ("STR_TO_MAP({0}, 'b', 'X')", "STRING"),
    ("PARSE_URL({0}, 'HOST')", "STRING"),
    ("UNHEX(HEX({0}))", "STRING"),
    ("BIN({0})", "INT"),
    ("STARTSWITH({0}, 'a')", "STRING"),
    ("ENDSWITH({0}, {1})", "STRING STRING"),
    ("IS_DIGIT({0})", "STRING"),
    ("IS_ALPHA({0})", "STRING"),
    ("IS_DECIMAL({0})", "STRING"),
    ("EXP({0})", "DOUBLE"),
    ("LOG10(ABS({0}) + 1e0)", "DOUBLE"),
    ("SIN({0})", "INT"),
    ("ATAN2({0}, {1})", "DOUBLE DOUBLE"),
    ("SIGN({0})", "DOUBLE"),
    ("SIGN({0})", "DECIMAL"),
    ("CEIL({0})", "DECIMAL"),
    ("TRUNCATE({0}, 1)", "DOUBLE"),
    ("ROUND({0}, -1)", "INT"),
    ("MOD({0}, NULLIF({1}, 0))", "BIGINT INT"),
    ("BITNOT({0})", "INT"),
    ("IF({0}, {1}, {2})", "BOOLEAN INT INT"),
    ("IFNULL({0}, {1})", "STRING STRING"),
    ("GREATEST({0}, {1})", "STRING STRING"),
    ("LEAST({0}, {1})", "DECIMAL DECIMAL"),
    ("TO_TIMESTAMP({0})", "STRING"),
    ("DATE_FORMAT({0}, 'yyyyMMdd HH:mm:ss.SSS')", "TIMESTAMP"),
    ("TIMESTAMPDIFF(DAY, {0}, {1})", "TIMESTAMP DATE"),
    ("QUARTER({0})", "DATE"),
    ("EXTRACT(MONTH FROM {0})", "TIMESTAMP"),
    ("CEIL({0} TO DAY)", "TIMESTAMP"),
    ("FLOOR({0} TO MONTH)", "DATE"),
    ("TIMESTAMPADD(MONTH, {1}, {0})", "DATE INT"),
    ("ARRAY[{0}, {1}]", "INT INT"),
    ("ARRAY_CONTAINS(ARRAY[{0}, {1}], {2})", "INT INT INT"),
    ("ARRAY_DISTINCT(ARRAY[{0}, {1}, {0}])", "STRING STRING"),
    ("MAP[{0}, {1}]", "STRING INT"),
    ("ARRAY_SORT(ARRAY[{0}, {1}, {2}])", "INT INT INT"),
    ("ROW({0}, {1})", "INT STRING"),
    ("ARRAY_SLICE(ARRAY[{0}, {1}, 9], 2, 3)", "INT INT"),
    ("ARRAY[{0}, {1}][2]", "DATE DATE"),
    ("JSON_OBJECT('k' VALUE {0})", "STRING"),
    ("JSON_ARRAY({0}, {1})", "INT STRING"),
    ("JSON_QUOTE({0})", "STRING"),
    ("{0} IS JSON", "STRING"),
    ("JSON_EXISTS({0}, '$.a')", "STRING"),
    ("CAST({0} AS TINYINT)", "BIGINT"),
    ("CAST({0} AS DECIMAL(4, 1))", "DOUBLE"),
    ("CAST({0} AS BYTES)", "STRING"),
    ("TRY_CAST({0} AS DATE)", "STRING"),
    ("TRY_CAST({0} AS BOOLEAN)", "STRING"),
    ("CAST({0} AS TIME(0))", "TIMESTAMP"),
    ("CONVERT_TZ({0}, 'UTC', 'Asia/Tokyo')", "STRING"),
    ("UNIX_TIMESTAMP({0})", "STRING"),
    ("FROM_UNIXTIME({0})", "INT"),
    ("TO_TIMESTAMP_LTZ({0}, 3)", "INT"),
]


def draw(source, count):
    """Expressions, each form about equally often."""
    forms = [(kind, form[0], form[1]) for kind, all_forms in FORMS.items() for form in all_forms]
    forms += [(None, template, kinds) for template, kinds in MORE]
    for _ in range(count):
        _, template, kinds = source.choice(forms)
        parts = [argument(source, kind, 1) for kind in kinds.split()]
        yield template.format(*parts)


def argument(source, kind, depth):
    if depth and kind in FORMS and source.random() < 0.3:
        template, kinds, _ = source.choice(FORMS[kind])
        return template.format(*[argument(source, part, 0) for part in kinds.split()])
    return source.choice(EDGES[kind])


def of_flink(expressions):
    done = subprocess.run(
        ["nice", "-n", "10", str(engines.ROOT / "tests/oracle/oracle.sh"), "exprs", "--columns"],
        input="\n".join(expressions) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ,
    )
    lines = [line for line in done.stdout.split("\n") if line]
    return [line[len(e) + 4 :] for e, line in zip(expressions, lines)]


def of_millrace(program, expressions):
    """`value` or `ERROR ...` of each."""
    text = "SET 'millrace.on-row-error' = 'fail';\n"
    text += "".join(
        f"VALUES ('{engines.MARK}{i}');\nSELECT {e};\n" for i, e in enumerate(expressions)
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, "shell", "--format", "changelog", "--data-dir", folder],
            input=text,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    parts = re.split(rf"^\+I\[{engines.MARK}(\d+)\]$", done.stdout, flags=re.M)
    answers = [f"ERROR no answer, exit {done.returncode}"] * len(expressions)
    for number, part in zip(parts[1::2], parts[2::2]):
        row = re.search(r"^\+I\[(.*)\]$", part, flags=re.M | re.S)
        answers[int(number)] = row.group(1) if row else "ERROR " + part.strip()[:200]
    return answers


def same(flink, our):
    """Flink's `TYPE => value` or `ERROR phase: ..` against our value."""
    if flink.startswith("ERROR"):
        return flink.startswith("ERROR bug") or our.startswith("ERROR")
    value = flink.split(" => ", 1)[1]
    escaped = our.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m.group()):04X}", escaped)
    if value == escaped or value == "NULL" and our == "null":
        return True
    try:  # the last digits of floating numbers are not compared
        return abs(float(value) - float(our)) <= 1e-12 * abs(float(value))
    except ValueError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--evaluations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    known = [
        line.split("\t")
        for line in (HERE / "known_expressions.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    source = random.Random(options.seed)
    counts = collections.Counter()
    for first in range(0, options.evaluations, BLOCK):
        drawn = list(draw(source, min(BLOCK, options.evaluations - first)))
        expressions = [e for e in dict.fromkeys(drawn)]
        answers = zip(expressions, of_flink(expressions), of_millrace(options.program, expressions))
        for expression, flink, our in answers:
            counts["evaluations"] += 1
            if same(flink, our):
                continue
            reason = next((r for pattern, r in known if re.search(pattern, expression)), None)
            counts["explained: " + reason if reason else "unexplained differences"] += 1
            if reason is None:
                print(f"{expression}\n  flink    {flink[:200]}\n  millrace {our[:200]}", flush=True)
    for name, count in counts.items():
        print(f"{count:7} {name}")
    return 1 if counts["unexplained differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
