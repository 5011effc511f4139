#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every form of scalar expression on edge values, answered by millrace and a real Flink 2.3.

usage: random_expressions.py MILLRACE [--evaluations N] [--seed S] [--only PATTERN]
Flink's literals are hidden behind columns (tests/oracle), so what is compared is what a row of a
table meets; where that differs, with the expression as it is written: some functions ask for
literals, some take their type from them. No expression is drawn twice. Differences that
known_expressions.txt explains are counted, others printed.
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
import expressions
import functions
from edges import EDGES, ONE_OF

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = engines.ROOT / "docs" / "reference" / "functions.md"
BLOCK = 500


class Maker:
    """Draws expressions: the forms in turn, in an order of its own each time round."""

    def __init__(self, source, only):
        self.source = source
        self.forms = functions.FORMS + [
            (template, kinds)
            for forms in expressions.FORMS.values()
            for template, kinds, _ in forms
            if (template, kinds) not in functions.FORMS
        ]
        self.forms = [form for form in self.forms if only is None or re.search(only, form[0])]
        self.drawn = set()

    def draw(self):
        """Expressions that were not drawn before, until few new ones are left."""
        found = True
        while found:
            found = False
            for template, kinds in self.source.sample(self.forms, len(self.forms)):
                expression = self.one(template, kinds.split())
                if expression not in self.drawn:
                    found = True
                    self.drawn.add(expression)
                    yield expression

    def one(self, template, kinds):
        concrete = []
        for kind in kinds:
            if kind.startswith("="):
                kind = concrete[int(kind[1:])]
            concrete.append(self.source.choice(ONE_OF[kind]) if kind in ONE_OF else kind)
        return template.format(*[self.argument(kind, 1) for kind in concrete])

    def argument(self, kind, depth):
        if kind in functions.WORDS:
            return self.source.choice(functions.WORDS[kind])
        if depth and kind in expressions.FORMS and self.source.random() < 0.3:
            template, kinds, _ = self.source.choice(expressions.FORMS[kind])
            return template.format(*[self.argument(part, 0) for part in kinds.split()])
        return self.source.choice(EDGES[kind])


def asked(arguments, texts):
    if not texts:
        return {}
    done = subprocess.run(
        ["nice", "-n", "10", str(engines.ROOT / "tests/oracle/oracle.sh"), "exprs"] + arguments,
        input="\n".join(texts) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ,
    )
    lines = [line for line in done.stdout.split("\n") if line]
    if [line[: len(text)] for text, line in zip(texts, lines)] != texts:
        raise RuntimeError(f"{len(texts)} expressions, {len(lines)} answers of Flink: {lines[-1:]}")
    return {text: line[len(text) + 4 :] for text, line in zip(texts, lines)}


def of_flink(texts, ours):
    """`TYPE => value` or `ERROR phase: ..` of each, of the form that gives our answer, if any."""
    answers = asked(["--columns"], texts)
    other = [text for text, our in zip(texts, ours) if not same(answers[text], our)]
    plain = asked([], other)
    answers.update(
        (text, plain[text])
        for text, our in zip(texts, ours)
        if text in plain and (same(plain[text], our) or answers[text].startswith("ERROR"))
    )
    return [answers[text] for text in texts]


def of_millrace(program, texts):
    """`value` or `ERROR ...` of each."""
    script = "SET 'millrace.on-row-error' = 'fail';\n"
    script += "".join(
        f"VALUES ('{engines.MARK}{i}');\nSELECT {text};\n" for i, text in enumerate(texts)
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, "shell", "--format", "changelog", "--data-dir", folder],
            input=script,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    parts = re.split(rf"^\+I\[{engines.MARK}(\d+)\]$", done.stdout, flags=re.M)
    answers = [f"ERROR no answer, exit {done.returncode}"] * len(texts)
    for number, part in zip(parts[1::2], parts[2::2]):
        row = re.search(r"^\+I\[(.*)\]$", part, flags=re.M | re.S)
        answers[int(number)] = row.group(1) if row else "ERROR " + part.strip()[:600]
    return answers


def same(flink, our):
    """Flink's `TYPE => value` or `ERROR phase: ..` against our value."""
    if flink.startswith("ERROR"):
        return flink.startswith("ERROR bug") or our.startswith("ERROR")
    value = flink.split(" => ", 1)[1]
    escaped = our.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    escaped = escaped.replace("\r", "\\r")
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m.group()):04X}", escaped)
    if value == escaped or value == "NULL" and our == "null":
        return True
    if re.match(r"(?:MAP|MULTISET)<", flink):  # has no order
        return sorted(value[1:-1].split(", ")) == sorted(escaped[1:-1].split(", "))
    try:  # the last digits of floating numbers are not compared
        digits = 1e-6 if flink.startswith("FLOAT") else 1e-12
        return abs(float(value) - float(our)) <= digits * abs(float(value))
    except ValueError:
        return False


def known_differences():
    text = (HERE / "known_expressions.txt").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--evaluations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    missing = functions.documented(REFERENCE.read_text(encoding="utf-8")) - functions.drawn()
    if missing:
        print(f"functions.py draws no call of {', '.join(sorted(missing))}")
        return 1
    known = known_differences()
    source = Maker(random.Random(options.seed), options.only).draw()
    counts = collections.Counter()
    for first in range(0, options.evaluations, BLOCK):
        limit = min(BLOCK, options.evaluations - first)
        texts = [text for text, _ in zip(source, range(limit))]
        ours = of_millrace(options.program, texts)
        for text, flink, our in zip(texts, of_flink(texts, ours), ours):
            counts["evaluations"] += 1
            counts["errors in Flink"] += flink.startswith("ERROR")
            if same(flink, our):
                continue
            shown = f"{text} => {our}"
            reason = next((r for pattern, r in known if re.search(pattern, shown)), None)
            counts["explained: " + reason if reason else "unexplained differences"] += 1
            if reason is None:
                print(f"{text}\n  flink    {flink[:200]}\n  millrace {our[:200]}", flush=True)
    for name, count in counts.items():
        print(f"{count:7} {name}")
    return 1 if counts["unexplained differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
