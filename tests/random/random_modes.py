#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random queries in several modes of one engine: their rows must be those of the plain run.

usage: random_modes.py QUERY_MODES [--queries N] [--seed S] [--only SHAPE] [--mode MODE]
The modes are those of query_modes.cc: rows one at a time, several shards, deaths in mid-input,
little memory for state. Where the plan is linear (see there), the changelog must be the same at
parallelism 1, too. Seeds are as in random_queries.py.
"""

import argparse
import collections
import functools
import re
import subprocess
import sys
import tempfile

import engines
import explanations
import judging
import queries

LIMIT_SECONDS = 600
MARK = re.compile(r"#(restarts) \d+$")
ANSWER = re.compile(r"^#answer (\d+) (\S+)( linear)?$")
SHARDED = {"shards", "many-shards", "rescaled"}
MODES = SHARDED | {"rows", "killed", "small", "small-killed"}
DELAY = re.compile(r"(WATERMARK FOR ts AS ts - INTERVAL) '\d+' SECOND")
VARIANCE = r"(?:VAR|STDDEV)_(?:SAMP|POP)"
SIGN = "CASE WHEN {0} > 0 THEN 1 WHEN {0} < 0 THEN -1 WHEN {0} = 0 THEN 0 END"
RESTARTS = collections.Counter()  # by mode


def without_late_rows(statements, text):
    """`latest` is a view whose changes may be late, though the rows that make them are not."""
    if "latest" not in text:
        return statements, text
    return [DELAY.sub(r"\1 '9' DAY", statement) for statement in statements], text


def without_nan(statements, text):
    return statements, explanations.arguments_replaced(text, VARIANCE, SIGN)


def without_both(statements, text):
    return without_nan(*without_late_rows(statements, text))


LATE = "a change of a last row is late or not by how far other shards are"
NAN = "a NaN or Infinity that is taken back stays until its group is empty"
# What may differ, and in which modes: asked again without it, the rows must be the same. The order
# of changes is another one between shards, and between the two inputs of a join in every mode.
REASONS = (
    (LATE, SHARDED, without_late_rows),
    (NAN, MODES, without_nan),
    (NAN, SHARDED, without_both),
)


class ModeAnswer(engines.Answer):
    def __init__(self, lines, error, linear):
        super().__init__(lines, error)
        self.lines, self.linear = sorted(lines), linear


def said_by(program, folder, seed, mode, statements, texts):
    """[{mode: ModeAnswer}] by query; after one that ends the process the others are asked again."""
    answers = []
    while len(answers) < len(texts):
        command = [program, str(folder), str(seed)] + ([mode] if mode else [])
        try:
            done = subprocess.run(
                command,
                input=";\n".join(statements + texts[len(answers) :]) + ";\n",
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_SECONDS,
            )
            said, end = done.stdout, done.returncode and done.stderr[-2000:]
        except subprocess.TimeoutExpired as late:
            said, end = (late.stdout or b"").decode(errors="replace"), "no end"
        fresh = read(said)
        if not fresh:
            raise RuntimeError(f"query_modes says nothing: {end}")
        if end:
            mode_of_end = list(fresh[-1])[-1]
            fresh[-1][mode_of_end] = ModeAnswer([], f"crashed: {end}", False)
        answers += fresh
    return answers


def read(said):
    """The answers in a text of query_modes."""
    answers = []
    for part in re.split(r"^(?=#answer )", said, flags=re.M)[1:]:
        head, *rest = part.splitlines()
        number, mode, linear = ANSWER.match(head).groups()
        marks = dict(line[1:].split() for line in rest if MARK.match(line))
        text = "\n".join(line for line in rest if not MARK.match(line))
        error = text.removeprefix("error: ") if text.startswith("error: ") else None
        lines = re.split(r"\n(?=[+-][IUD]\[)", text) if text and error is None else []
        answers += [{} for _ in range(int(number) + 1 - len(answers))]
        answers[int(number)][mode] = ModeAnswer(lines, error, bool(linear))
        RESTARTS[mode] += int(marks.get("restarts", 0))
    return answers


def difference(query, plain, other, mode):
    """What differs, or None."""
    if plain.error or other.error:
        if bool(plain.error) != bool(other.error) or "crashed" in (other.error or ""):
            return f"plain: {plain.error or 'rows'}; {mode}: {other.error or 'rows'}"
        return None
    if not other.consistent and plain.consistent and mode not in SHARDED:
        return f"{mode} takes back what is not there"
    ours, theirs = plain.rows, other.rows
    if mode in SHARDED:  # the lines of shards have no common order: what is left is what counts
        ours, theirs = net(plain.lines), net(other.lines)
    kinds = [kind for _, kind in query.columns]
    if ours != theirs and not judging.alike(ours, theirs, kinds):
        return "rows: " + shown(ours, theirs, mode)
    if plain.linear and mode not in SHARDED and plain.lines != other.lines:
        ours, theirs = collections.Counter(plain.lines), collections.Counter(other.lines)
        return "changes: " + shown(ours, theirs, mode)
    return None


def net(lines):
    rows = collections.Counter()
    for line in lines:
        rows[engines.MAP.sub(engines.in_order, line[2:])] += 1 if line[0] == "+" else -1
    return collections.Counter({row: count for row, count in rows.items() if count})


def shown(ours, theirs, mode):
    text = "".join(f"\n  plain {row}" for row in list((ours - theirs).elements())[:6])
    return text + "".join(f"\n  {mode} {row}" for row in list((theirs - ours).elements())[:6])


def differences(asked, answers, run=None):
    """(query, mode, what differs); the run counts."""
    for query, by_mode in zip(asked, answers):
        plain = by_mode.pop("plain")
        if run is not None:
            names = [f"in mode {mode}" for mode in by_mode]
            run.counts.update(["queries", *names])
            run.counts["refused, or failed"] += plain.error is not None
            run.counts["linear"] += plain.linear
        for mode, answer in by_mode.items():
            text = difference(query, plain, answer, mode)
            if text is not None:
                yield query, mode, text


class Run:
    def __init__(self, program, only, mode):
        self.program, self.only, self.mode = program, only, mode
        self.counts, self.explained = collections.Counter(), collections.Counter()
        self.unexplained = 0

    def block(self, seed, count):
        with tempfile.TemporaryDirectory() as folder:
            tables, drawn = queries.draw(seed, count, folder, self.only)
            ask = functools.partial(said_by, self.program, folder, seed, self.mode)
            statements = tables.write()
            found = list(differences(drawn, ask(statements, [query.text for query in drawn]), self))
            for reason, modes, rewritten in REASONS:
                asked = {q: rewritten(statements, q.text) for q, m, _ in found if m in modes}
                asked = {q: other for q, other in asked.items() if other != (statements, q.text)}
                same = set()  # without what the reason is about
                for query, (other_statements, other_text) in asked.items():
                    again = differences([query], ask(other_statements, [other_text]))
                    same |= {(query, mode) for mode in modes} - {(q, m) for q, m, _ in again}
                self.explained[reason] += sum((q, mode) in same for q, mode, _ in found)
                found = [(q, mode, text) for q, mode, text in found if (q, mode) not in same]
        self.unexplained += len(found)
        for query, mode, text in found:
            print(f"seed {seed}, {query.shape}, {mode}: {text}\n  {query.text}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="only shapes that match this pattern")
    parser.add_argument("--mode", help="this mode alone")
    options = parser.parse_args()
    run = Run(options.program, options.only, options.mode)
    for number, first in enumerate(range(0, options.queries, queries.BLOCK)):
        run.block(options.seed + number, min(queries.BLOCK, options.queries - first))
    for name, count in run.counts.items():
        print(f"{count:7} {name}")
    for mode, count in (+RESTARTS).items():
        print(f"{count:7} restarts in mode {mode}")
    for reason, count in run.explained.most_common():
        print(f"{count:7} explained: {reason}")
    print(f"{run.unexplained:7} unexplained differences")
    return 1 if run.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
