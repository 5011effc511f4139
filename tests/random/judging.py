# SPDX-License-Identifier: Apache-2.0
"""Whether the answers to a query agree: ours, Flink's and DuckDB's."""

import re

import engines

NOTHING = re.compile(r"\[(null|0)(, (null|0))*\]")


class Case:
    """A query and its answers; `flink` and `duck` may be None."""

    def __init__(self, query, our, flink, connection):
        self.query, self.our, self.flink = query, our, flink
        self.kinds = [kind for _, kind in query.columns]
        self.duck = None
        if query.duck is not None and our.error is None:
            self.duck = engines.of_duckdb(connection, query.duck, self.kinds)

    @property
    def answered(self):
        return self.our.error is None and (self.flink is None or self.flink.error is None)


def against_flink(case):
    """(how the case counts, Flink's mistake, our mistake), or None each."""
    our, flink = case.our, case.flink
    if our.error is not None and our.error.startswith("crashed"):
        return None, None, "no end of its own"
    if our.error is not None and flink.error is not None:
        return "refused by both", None, None
    if our.error is not None:
        return None, None, "refused, and Flink answers"
    if not our.consistent:
        return None, None, "takes back what is not there"
    if flink.error is not None:
        failed = flink.error.startswith("ERROR runtime")
        verdict = "answered, and Flink fails at run time" if failed else None
        return "refused by Flink alone", None, verdict
    if our.rows == flink.rows or alike(our.rows, flink.rows, case.kinds):
        return "answered by both", None, None
    mistake = mistake_of_flink(case)
    return "answered by both", mistake, None if mistake else "other rows than Flink"


def mistake_of_flink(case):
    """What it takes back is not there, or DuckDB is on our side."""
    our, flink = case.our, case.flink
    if not flink.consistent:
        return "Flink's changelog does not add up"
    if flink.incomplete and our.rows <= flink.rows:
        return "Flink's changelog leaves rows that it replaced"
    if not our.rows and len(flink.rows) == 1 and NOTHING.fullmatch(*flink.rows):
        return "Flink folds an aggregate of nothing to a row"
    if case.duck is not None and against_duckdb(case) is None:
        return f"DuckDB has our rows ({case.query.shape})"
    return None


def against_duckdb(case):
    """What is wrong, or None."""
    left = [engines.values_of(row, case.kinds) for row in case.our.rows.elements()]
    right = [tuple(engines.plain(v, k) for v, k in zip(row, case.kinds)) for row in case.duck]
    if None in left or engines.near(left, right):
        return None
    missing = [row for row in right if row not in left][:5]
    return f"other rows than DuckDB, which has {missing}"


def alike(left, right, kinds):
    """Whether only the last digits of floating numbers differ in two Counters of rows."""
    if min([*left.values(), *right.values(), 1]) < 0:
        return False
    left, right = [
        [engines.values_of(row, kinds) for row in rows.elements()] for rows in (left, right)
    ]
    return None not in left and None not in right and engines.near(left, right)
