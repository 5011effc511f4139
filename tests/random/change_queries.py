# SPDX-License-Identifier: Apache-2.0
"""The shapes of random queries that go by changes: patterns of rows, versions, changelogs."""

from parts import Query, column

PATTERNS = (
    "A B",
    "A B C",
    "A+ B",
    "A+? B",
    "A* B",
    "A B* C",
    "A B+? C",
    "A B? C",
    "A{2} B",
    "A{1,3} B",
    "A{2,} C",
    "A{0,2}? B",
    "A B{1,2} C",
)
MEASURES = (
    "FIRST(A.id)",
    "LAST(A.id)",
    "LAST(B.id)",
    "FIRST(id)",
    "LAST(id)",
    "LAST(A.id, 1)",
    "FIRST(A.ki, 1)",
    "COUNT(*)",
    "COUNT(B.id)",
    "COUNT(A.ki)",
    "SUM(A.ki)",
    "AVG(A.ki)",
    "MIN(A.bi)",
    "MAX(B.bi)",
    "A.ki",
    "B.ts",
    "A.ki + B.ki",
    "UPPER(LAST(B.si))",
    "MATCH_ROWTIME()",
    "CASE WHEN B.ki > A.ki THEN 'up' ELSE 'down' END",
)
CONDITIONS = (
    "{0}.ki > 1",
    "{0}.ki <= 2",
    "{0}.ki IS NOT NULL",
    "{0}.si <> 'a'",
    "{0}.bi > 0",
    "LAST({0}.ki, 1) IS NULL OR {0}.ki >= LAST({0}.ki, 1)",
    "{0}.bi >= LAST({0}.bi, 1)",
    "{0}.id > FIRST({0}.id) + 1",
    "SUM({0}.ki) < 5",
    "COUNT({0}.id) <= 2",
    "{0}.ki < MAX(A.ki)",
    "{0}.ts > A.ts",
    "{0}.ki <> A.ki",
    "MOD({0}.id, 2) = 0",
)
AFTER = (
    "",
    "AFTER MATCH SKIP PAST LAST ROW ",
    "AFTER MATCH SKIP TO NEXT ROW ",
    "AFTER MATCH SKIP TO LAST A ",
    "AFTER MATCH SKIP TO FIRST B ",
)


class ChangeQueries:
    """A part of QueryMaker, which has the sources and the select lists."""

    def match(self, _depth):
        table = self.random.choice(["a", "b", "va", "late"])
        pattern = self.random.choice(PATTERNS)
        lacks = ["si"] * (table == "late") + ["B."] * ("B" not in pattern)
        keys = ["ki"] if table == "late" else ["ki", "si"]
        partition = f"PARTITION BY {self.random.choice(keys)} " if self.chance(0.8) else ""
        known = [m for m in MEASURES if not any(name in m for name in lacks)]
        measures = self.random.sample(known, self.random.randint(1, 4))
        within = " WITHIN INTERVAL '1' MINUTE" if self.chance(0.2) else ""
        conditions = [c for c in CONDITIONS if not any(name in c for name in lacks)]
        defined = [v for v in "ABC" if v in pattern and self.chance(0.7)] or ["A"]
        define = ", ".join(f"{v} AS {self.random.choice(conditions).format(v)}" for v in defined)
        named = ", ".join(f"{measure} AS c{i}" for i, measure in enumerate(measures))
        after = self.random.choice(AFTER if "B" in pattern else AFTER[:-1])
        text = (
            f"SELECT {', '.join(f'c{i}' for i in range(len(measures)))} FROM {table} "
            f"MATCH_RECOGNIZE ({partition}ORDER BY ts MEASURES {named} "
            f"{after}PATTERN ({pattern}){within} DEFINE {define}) AS m"
        )
        columns = [(f"c{i}", "OTHER") for i in range(len(measures))]
        return Query(text, None, columns, "match", False, True)

    def temporal_join(self, _depth):
        left = self.table(self.random.choice(["a", "b", "va", "x"]))
        right = self.table(self.random.choice(["r", "latest"]))
        right.text = right.text.replace(" AS ", f" FOR SYSTEM_TIME AS OF {self.named(left)}.ts AS ")
        for expression in left.scope + right.scope:
            expression.duck = None
        condition = f"{self.named(left)}.ki = {self.named(right)}.ki"
        if self.chance(0.4):
            condition += f" AND {self.expressions.of('BOOLEAN', left.scope + right.scope, 1).text}"
        kind = self.random.choice(["JOIN", "LEFT JOIN"])
        items, columns = self.select_list(
            [column(self.named(left), "id", "INT")] + self.some(right.scope, 1, 3, 1)
        )
        where = self.where(left.scope + right.scope, 0.3)[0]
        text = f"SELECT {items[0]} FROM {left.text} {kind} {right.text} ON {condition}{where}"
        return Query(text, None, columns, "temporal join", False, True)

    @staticmethod
    def named(source):
        """The alias of a table."""
        return source.text.split()[-1]

    def changelog(self, _depth):
        """TO_CHANGELOG: which rows it makes depends on the order of changes, but not their sum."""
        base = self.random.choice(["ch", "latest", "a"])
        call = f"TO_CHANGELOG(input => (SELECT ki, id FROM {base}))"
        sign = "CASE WHEN op IN ('INSERT', 'UPDATE_AFTER') THEN {0} ELSE - {0} END"
        text = (
            f"SELECT ki, SUM({sign.format('id')}) AS c1, SUM({sign.format('1')}) AS c2 "
            f"FROM {call} GROUP BY ki"
        )
        duck = None
        if base != "latest":
            duck = f"SELECT ki, SUM(id) AS c1, COUNT(*) AS c2 FROM {base} GROUP BY ki"
        if base == "ch":
            duck = None  # a key without rows stays, with 0
        return Query(text, duck, [("ki", "INT"), ("c1", "INT"), ("c2", "INT")], "changelog")
