#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random queries, answered by millrace, a real Flink 2.3 and, where it means the same, DuckDB.

usage: random_queries.py MILLRACE [--queries N] [--seed S] [--keep DIR] [--answers DIR]
                                  [--only SHAPE] [--duckdb]
What must agree is the rows a changelog leaves at its end. A difference that known_differences.txt
explains is counted, any other is printed with the seed that makes it again. Query i of a run with
seed S is drawn from S and i // 50, so `--seed S+k --queries 50` repeats a block.
"""

import argparse
import collections
import functools
import pathlib
import sys
import tempfile

import duckdb
import engines
import judging
from explanations import Explanations
from judging import Case
from queries import BLOCK, draw


class Run:
    def __init__(self, program, only, flink, answers):
        self.program, self.only, self.flink, self.answers = program, only, flink, answers
        self.explanations = Explanations()
        self.counts = collections.Counter()
        self.explained = collections.Counter()
        self.shapes = collections.Counter()
        self.refusals = collections.Counter()
        self.differences = []

    def block(self, seed, count):
        with tempfile.TemporaryDirectory() as folder:
            tables, queries = draw(seed, count, folder, self.only, not self.flink)
            open_ends = []
            for case in self.asked(tables, queries):
                self.shapes[case.query.shape] += 1
                self.counts["queries"] += 1
                self.counts["compared with DuckDB"] += case.duck is not None
                for verdict in self.judge(case):
                    open_ends += self.unless_error(seed, case, verdict, tables)
            self.ask_without(seed, tables, open_ends)

    def asked(self, tables, queries):
        statements = tables.write()
        texts = [query.text for query in queries]
        ours = engines.of_millrace(self.program, statements, texts)
        flinks = [None] * len(queries)
        if self.flink:
            flinks = engines.of_flink(statements, texts, tables.folder, self.answers)
        connection = duckdb.connect()
        tables.load(connection)
        return [Case(query, *said, connection) for query, *said in zip(queries, ours, flinks)]

    def judge(self, case):
        """What is wrong with our answer; counts what is wrong with Flink's."""
        verdicts = []
        if case.flink is not None:
            name, mistake, verdict = judging.against_flink(case)
            self.counts.update([name] if name else [])
            self.explained.update([mistake] if mistake else [])
            verdicts.append(verdict)
            if verdict == "refused, and Flink answers":
                self.refusals[case.our.error.split("\n")[0]] += 1
        elif case.our.error is not None:
            verdicts.append("refused")
        if case.duck is not None:
            verdicts.append(judging.against_duckdb(case))
        return filter(None, verdicts)

    def unless_error(self, seed, case, verdict, tables):
        """[(case, verdict, what to ask instead, reasons)], unless there is no need to ask."""
        reason = self.explanations.of_error(
            {"flink": case.flink and case.flink.error, "millrace": case.our.error}
        )
        if case.answered and case.flink is not None and not case.flink.rows:
            reason = self.explanations.of_nothing(
                case.query.text, functools.partial(self.has_rows, tables)
            )
        other = None
        if case.our.error is None:
            other = self.explanations.rewritten(case.query, "DuckDB" in verdict)
        if reason is not None:
            self.explained[reason] += 1
        elif other is not None:
            return [(case, verdict, *other)]
        else:
            self.differences.append((seed, case, verdict))
        return []

    def has_rows(self, tables, query):
        """Whether we have rows for a query; None if it cannot be asked."""
        answer = engines.of_millrace(self.program, tables.write(), [query])[0]
        return None if answer.error else bool(answer.rows)

    def ask_without(self, seed, tables, open_ends):
        """Explained is only what agrees without that which known_differences.txt explains."""
        if not open_ends:
            return
        again = self.asked(tables, [query for _, _, query, _ in open_ends])
        for (case, verdict, _, reasons), other in zip(open_ends, again):
            if "DuckDB" in verdict:
                agrees = other.duck is not None and judging.against_duckdb(other) is None
            else:
                agrees = other.answered and judging.against_flink(other)[1:] == (None, None)
            if agrees:
                self.explained.update(reasons)
            else:
                # As it is without what is explained: that is what somebody has to look at.
                self.differences.append((seed, other, f"{verdict}; so have {case.query.text}"))


def show(difference, keep):
    seed, case, verdict = difference
    query, our, flink = case.query, case.our, case.flink
    text = [f"seed {seed}, {query.shape}: {verdict}", f"  {query.text}"]
    if our.error or flink and flink.error:
        text.append(
            f"  millrace: {our.error or 'rows'}\n  flink: {flink and flink.error or 'rows'}"
        )
    elif flink:
        text += [f"  millrace {n:+d} {row}" for row, n in (our.rows - flink.rows).most_common(8)]
        text += [f"  flink    {n:+d} {row}" for row, n in (flink.rows - our.rows).most_common(8)]
    if "DuckDB" in verdict:
        text += [f"  as DuckDB: {query.duck}"] + [f"  millrace {row}" for row in list(our.rows)[:9]]
    print("\n".join(text), flush=True)
    if keep:
        (keep / "differences.txt").open("a", encoding="utf-8").write("\n".join(text) + "\n\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for differences.txt")
    parser.add_argument("--answers", type=pathlib.Path, help="a folder that keeps Flink's answers")
    parser.add_argument("--duckdb", action="store_true", help="ask DuckDB alone, not Flink")
    parser.add_argument("--only", help="only shapes that match this pattern")
    options = parser.parse_args()
    if options.answers:
        options.answers.mkdir(parents=True, exist_ok=True)
    run = Run(options.program, options.only, not options.duckdb, options.answers)
    shown = 0
    for number, first in enumerate(range(0, options.queries, BLOCK)):
        run.block(options.seed + number, min(BLOCK, options.queries - first))
        for difference in run.differences[shown:]:
            show(difference, options.keep)
        shown = len(run.differences)
    for name, count in [*run.counts.items(), *sorted(run.shapes.items())]:
        print(f"{count:7} {name}")
    for text, count in run.refusals.most_common():
        print(f"{count:7} refused: {text}")
    for reason, count in run.explained.most_common():
        print(f"{count:7} explained: {reason}")
    print(f"{len(run.differences):7} unexplained differences")
    return 1 if run.differences else 0


if __name__ == "__main__":
    sys.exit(main())
