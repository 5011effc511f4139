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
import pathlib
import random
import re
import sys
import tempfile

import duckdb
import engines
from queries import QueryMaker
from tables import Tables

BLOCK = 50
NOTHING = re.compile(r"\[(null|0)(, (null|0))*\]")
HERE = pathlib.Path(__file__).resolve().parent


def known_differences():
    """[(place, pattern, reason)], see the file."""
    lines = (HERE / "known_differences.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]


class Run:
    def __init__(self, program, only, flink, answers):
        self.program, self.only, self.flink, self.answers = program, only, flink, answers
        self.known = known_differences()
        self.counts = collections.Counter()
        self.explained = collections.Counter()
        self.shapes = collections.Counter()
        self.refusals = collections.Counter()
        self.differences = []

    def block(self, seed, count):
        source = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            tables = Tables(source, folder)
            maker = QueryMaker(source)
            queries = []
            while len(queries) < count:
                query = maker.query(source.choice([0, 1, 2, 2]))
                wanted = self.only is None or re.search(self.only, query.shape)
                if wanted and (self.flink or query.duck is not None):
                    queries.append(query)
            statements = tables.write()
            texts = [query.text for query in queries]
            ours = engines.of_millrace(self.program, statements, texts)
            flinks = [None] * count
            if self.flink:
                flinks = engines.of_flink(statements, texts, tables.folder, self.answers)
            connection = duckdb.connect()
            tables.load(connection)
            for query, our, flink in zip(queries, ours, flinks):
                self.judge(seed, query, our, flink, connection)

    def judge(self, seed, query, our, flink, connection):
        self.shapes[query.shape] += 1
        kinds = [kind for _, kind in query.columns]
        duck = None
        if query.duck is not None and our.error is None:
            duck = engines.of_duckdb(connection, query.duck, kinds)
        if flink is None:
            self.counts["queries"] += 1
            verdicts = ["refused"] if our.error is not None else []
        else:
            verdicts = [self.against_flink(query, our, flink, kinds, duck)]
        if duck is not None:
            self.counts["compared with DuckDB"] += 1
            verdicts.append(self.against_duckdb(our, duck, kinds))
        for verdict in filter(None, verdicts):
            reason = self.reason(query, our, flink, verdict)
            if reason is None:
                self.differences.append((seed, query, our, flink, verdict))
            else:
                self.explained[reason] += 1

    def against_flink(self, query, our, flink, kinds, duck):
        self.counts["queries"] += 1
        if our.error is not None and our.error.startswith("crashed"):
            return "no end of its own"
        if our.error is not None and flink.error is not None:
            self.counts["refused by both"] += 1
            return None
        if our.error is not None:
            self.refusals[our.error.split("\n")[0]] += 1
            return "refused, and Flink answers"
        if not our.consistent:
            return "takes back what is not there"
        if flink.error is not None:
            self.counts["refused by Flink alone"] += 1
            failed = flink.error.startswith("ERROR runtime")
            return "answered, and Flink fails at run time" if failed else None
        self.counts["answered by both"] += 1
        if our.rows == flink.rows or self.alike(our, flink, kinds):
            return None
        # Flink's own mistakes: what it takes back is not there, or DuckDB is on our side.
        if not flink.consistent:
            self.explained["Flink's changelog does not add up"] += 1
            return None
        if flink.incomplete and our.rows <= flink.rows:
            self.explained["Flink's changelog leaves rows that it replaced"] += 1
            return None
        if not our.rows and len(flink.rows) == 1 and NOTHING.fullmatch(*flink.rows):
            self.explained["Flink folds an aggregate of nothing to a row"] += 1
            return None
        if duck is not None and self.against_duckdb(our, duck, kinds) is None:
            self.explained["DuckDB has our rows (" + query.shape + ")"] += 1
            return None
        return "other rows than Flink"

    @staticmethod
    def alike(our, flink, kinds):
        left, right = [
            [engines.values_of(row, kinds) for row in answer.rows.elements()]
            for answer in (our, flink)
        ]
        return None not in left and None not in right and engines.near(left, right)

    @staticmethod
    def against_duckdb(our, duck, kinds):
        left = [engines.values_of(row, kinds) for row in our.rows.elements()]
        right = [tuple(engines.plain(v, k) for v, k in zip(row, kinds)) for row in duck]
        if None in left or engines.near(left, right):
            return None
        missing = [row for row in right if row not in left][:5]
        return f"other rows than DuckDB, which has {missing}"

    def reason(self, query, our, flink, verdict):
        answered = our.error is None and flink is not None and flink.error is None
        where = {
            "query": "" if our.error else query.text,
            "duckdb": query.text if "DuckDB" in verdict else "",
            "nothing": query.text if answered and not flink.rows else "",
            "flink": flink and flink.error or "",
            "millrace": our.error or "",
        }
        for place, pattern, reason in self.known:
            if re.search(pattern, where[place], re.S):
                return reason
        return None


def show(difference, keep):
    seed, query, our, flink, verdict = difference
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
