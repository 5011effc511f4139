# SPDX-License-Identifier: Apache-2.0
"""Random queries over tables.py, each with a form for DuckDB where it means the same there.

A query is built from a source (a table, a join, a derived table) and a shape (projection, GROUP BY,
window, Top-N ..); derived tables make shapes nest. `ordered` says that rows come in an order that
every run repeats, which functions such as LISTAGG need.
"""

import random
import re

from aggregate_queries import AggregateQueries
from change_queries import ChangeQueries
from expressions import ExpressionMaker, make
from nested_queries import NestedQueries
from parts import Query, Source, both, column
from stream_queries import StreamQueries
from tables import COLUMNS, VIEW_COLUMNS, Tables
from time_queries import TimeQueries

BLOCK = 50  # queries over the same tables


class QueryMaker(AggregateQueries, ChangeQueries, NestedQueries, StreamQueries, TimeQueries):
    def __init__(self, random):
        self.random = random
        self.expressions = ExpressionMaker(random)
        self.aliases = 0

    def alias(self, prefix="q"):
        self.aliases += 1
        return f"{prefix}{self.aliases}"

    def chance(self, share):
        return self.random.random() < share

    # Sources

    def table(self, name=None):
        name = name or self.random.choice("a a a a b b x ch ch va latest".split())
        alias = self.alias("t")
        columns = COLUMNS.get(name) or VIEW_COLUMNS[name]
        scope = [column(alias, c, kind) for c, kind in columns]
        text = f"{name} AS {alias}"
        duck = text
        if name in ("n", "x", "latest"):
            duck = None
            for expression in scope:
                expression.duck = None
        return Source(text, duck, scope, True, name not in ("ch", "latest"), name)

    def derived(self, depth):
        query = self.query(depth - 1, nested=True)
        alias = self.alias("d")
        text, duck = both("({0}) AS " + alias, (query.text, query.duck))
        scope = [column(alias, name, kind) for name, kind in query.columns]
        return Source(text, duck, scope, query.ordered, query.append)

    def source(self, depth):
        chance = self.random.random()
        if depth > 0 and chance < 0.3:
            return self.derived(depth)
        if depth > 0 and chance < 0.5:
            return self.join(depth)
        if chance < 0.57:
            return self.unnest()
        if depth > 0 and chance < 0.6:
            return self.named_join()
        return self.table()

    def join(self, depth):
        left = self.derived(depth) if self.chance(0.2) else self.table()
        right = self.derived(depth) if self.chance(0.2) else self.table()
        kind = self.random.choice(
            ["JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]
        )
        condition = self.join_condition(left, right)
        if condition is None:
            kind, on = "CROSS JOIN", ("", "")
        else:
            on = both(" ON {0}", (condition.text, condition.duck))
        text, duck = both(
            "{0} " + kind + " {1}{2}", (left.text, left.duck), (right.text, right.duck), on
        )
        return Source(text, duck, left.scope + right.scope, False, False)

    def named_join(self):
        """JOIN .. USING and NATURAL JOIN; a common column is that of the left, or of either."""
        left, right = self.table(self.random.choice(["a", "va"])), self.table("b")
        kind = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        key = self.random.choice(["ki", "si", "id"])
        alias = self.alias("j")
        items = ", ".join(
            f"{side.text.split()[-1]}.{name} AS {name}{i}"
            for i, side in enumerate((left, right))
            for name in ("bi", "ts")
        )
        text, duck = both(
            f"(SELECT {key}, {items} FROM {{0}} {kind} {{1}} USING ({key})) AS {alias}",
            (left.text, left.duck),
            (right.text, right.duck),
        )
        names = [(key, {"si": "STRING"}.get(key, "INT"))]
        kinds = (("bi", "BIGINT"), ("ts", "TIMESTAMP"))
        names += [(f"{name}{i}", kind) for i in (0, 1) for name, kind in kinds]
        return Source(text, duck, [column(alias, c, kind) for c, kind in names], False, False)

    def join_condition(self, left, right):
        pairs = [
            (l, r)
            for l in left.scope
            for r in right.scope
            if l.kind == r.kind and l.kind in ("INT", "STRING", "BIGINT", "DATE", "DECIMAL")
        ]
        if not pairs:
            return None
        left_key, right_key = self.random.choice(pairs)
        condition = make("BOOLEAN", "{0} = {1}", [left_key, right_key])
        if self.chance(0.35):
            more = self.expressions.of("BOOLEAN", left.scope + right.scope, 2)
            condition = make("BOOLEAN", "{0} AND {1}", [condition, more])
        return condition

    def unnest(self):
        base = self.table("n")
        alias = self.alias("u")
        array = self.random.choice(["ar", "ar", "as_", "ma"])
        base_alias = base.text.split()[-1]
        item = f"{base_alias}.{array}"
        kind = {"ar": "INT", "as_": "STRING"}.get(array)
        join = self.random.choice(["CROSS JOIN", "LEFT JOIN"])
        on = " ON TRUE" if join == "LEFT JOIN" else ""
        scope = list(base.scope)
        if array == "ma":
            text = f"{base.text} {join} UNNEST({item}) AS {alias} (mk, mv){on}"
            scope += [column(alias, "mk", "STRING"), column(alias, "mv", "INT")]
        elif self.chance(0.3):
            text = f"{base.text} {join} UNNEST({item}) WITH ORDINALITY AS {alias} (el, nr){on}"
            scope += [column(alias, "el", kind), column(alias, "nr", "INT")]
        else:
            text = f"{base.text} {join} UNNEST({item}) AS {alias} (el){on}"
            scope += [column(alias, "el", kind)]
        return Source(text, None, scope, True, True)

    # Parts

    def where(self, scope, share=0.5):
        if not self.chance(share):
            return "", ""
        return both(" WHERE {0}", self.pair(self.expressions.of("BOOLEAN", scope, 3)))

    @staticmethod
    def pair(expression):
        return expression.text, expression.duck

    def select_list(self, expressions):
        names = [f"c{i}" for i in range(len(expressions))]
        items = [both("{0} AS " + name, self.pair(e)) for name, e in zip(names, expressions)]
        text = both(", ".join("{%d}" % i for i in range(len(items))), *items)
        return text, [(name, e.kind) for name, e in zip(names, expressions)]

    def some(self, scope, low=1, high=4, depth=2):
        return [self.expressions.any(scope, depth) for _ in range(self.random.randint(low, high))]

    # Shapes

    def query(self, depth=2, nested=False):
        shapes = [
            (self.projection, 5),
            (self.group_by, 6),
            (self.distinct, 2),
            (self.top_n, 3),
            (self.set_operation, 3),
            (self.semi_join, 4),
            (self.scalar_subquery, 2),
            (self.window, 5),
            (self.grouping_sets, 2),
            (self.over, 3),
            (self.values, 1),
            (self.interval_join, 2),
            (self.temporal_join, 2),
            (self.lateral, 2),
            (self.match, 2),
            (self.quantified, 1),
            (self.qualify, 1),
            (self.nested_keys, 1),
            (self.three_way_join, 1),
            (self.window_of_windows, 1),
            (self.ranking_over, 1),
            (self.changelog, 1),
            (self.deduplicate, 2),
            (self.nested_values, 1),
            (self.window_rank, 1),
            (self.window_join, 1),
            (self.with_query, 1),
            (self.group_window, 1),
            (self.limited, 2),
            (self.window_sets, 1),
            (self.window_of_union, 1),
            (self.window_of_join, 1),
            (self.window_join_kinds, 1),
            (self.top_of_groups, 1),
            (self.changes_through, 2),
            (self.first_and_last, 1),
        ]
        if nested:
            whole = (self.over, self.limited, self.ranking_over, self.nested_keys)
            whole += (self.window_of_windows, self.changelog, self.window_sets)
            whole += (self.window_of_union, self.window_of_join, self.window_join_kinds)
            whole += (self.top_of_groups, self.changes_through, self.first_and_last)
            shapes = [shape for shape in shapes if shape[0] not in whole]
        makers, weights = zip(*shapes)
        return self.random.choices(makers, weights)[0](max(depth, 0))

    def projection(self, depth):
        source = self.source(depth)
        items, columns = self.select_list(self.some(source.scope, 1, 5, 3))
        text, duck = both(
            "SELECT {0} FROM {1}{2}", items, (source.text, source.duck), self.where(source.scope)
        )
        return Query(text, duck, columns, "projection", source.ordered, source.append)

    def distinct(self, depth):
        source = self.source(depth)
        items, columns = self.select_list(self.some(source.scope, 1, 3, 1))
        text, duck = both(
            "SELECT DISTINCT {0} FROM {1}{2}",
            items,
            (source.text, source.duck),
            self.where(source.scope),
        )
        return Query(text, duck, columns, "distinct")

    def values(self, _depth):
        rows = [
            f"({i}, {self.random.choice(['1', '2', 'CAST(NULL AS INT)'])}, "
            f"'{self.random.choice(['a', 'b', 'long'])}')"
            for i in range(self.random.randint(1, 4))
        ]
        text = f"SELECT * FROM (VALUES {', '.join(rows)}) AS v (c0, c1, c2)"
        # Flink pads CHAR of several lengths; the text is then CHAR of the longest.
        return Query(text, None, [("c0", "INT"), ("c1", "INT"), ("c2", "STRING")], "values")

    def set_operation(self, depth):
        word = self.random.choice(
            [
                "UNION ALL",
                "UNION ALL",
                "UNION",
                "INTERSECT",
                "EXCEPT",
                "INTERSECT ALL",
                "EXCEPT ALL",
            ]
        )
        kinds = [
            self.random.choice(["INT", "STRING", "BIGINT", "DATE"])
            for _ in range(self.random.randint(1, 2))
        ]
        sides = []
        for _ in range(2):
            source = self.source(depth - 1)
            items, columns = self.select_list(
                [self.expressions.of(kind, source.scope, 1) for kind in kinds]
            )
            sides.append(
                both(
                    "SELECT {0} FROM {1}{2}",
                    items,
                    (source.text, source.duck),
                    self.where(source.scope),
                )
            )
        text, duck = both("{0} " + word + " {1}", *sides)
        return Query(text, duck, columns, word.lower())

    def deduplicate(self, _depth):
        source = self.table(self.random.choice(["a", "b", "va"]))
        alias = source.text.split()[-1]
        key = self.random.choice(["ki", "si"])
        order = self.random.choice(["ASC", "DESC"])
        items, columns = self.select_list(self.some(source.scope, 1, 3, 1))
        text = (
            f"SELECT {', '.join(n for n, _ in columns)} FROM (SELECT {items[0]}, ROW_NUMBER() OVER "
            f"(PARTITION BY {alias}.{key} ORDER BY {alias}.ts {order}) AS rn FROM {source.text}) "
            f"WHERE rn = 1"
        )
        return Query(text, None, columns, "deduplicate")

    def limited(self, depth):
        source = self.source(depth)
        unique = [c for c in source.scope if c.text.endswith(".id")]
        if not unique:
            return self.projection(depth)
        expressions = self.some(source.scope, 1, 2, 1) + unique
        items, columns = self.select_list(expressions)
        order = ", ".join(
            f"c{i} " + ("DESC" if self.chance(0.5) else "ASC") for i in range(len(expressions))
        )
        duck_order = order.replace("DESC", "DESC NULLS LAST").replace("ASC", "ASC NULLS FIRST")
        tail = f" LIMIT {self.random.randint(1, 9)}"
        if self.chance(0.2):
            tail += " OFFSET 2"
        elif self.chance(0.2):
            tail = " FETCH FIRST 3 ROWS ONLY"
        text, duck = both(
            "SELECT {0} FROM {1}{2} ORDER BY {3}" + tail,
            items,
            (source.text, source.duck),
            self.where(source.scope),
            (order, duck_order),
        )
        return Query(text, duck, columns, "order by limit")

    def nested_values(self, _depth):
        source = self.table("n")
        alias = source.text.split()[-1]
        forms = [
            "{0}.ar[1]",
            "{0}.ro.x",
            "{0}.ro.y",
            "{0}.ma['p']",
            "CARDINALITY({0}.ar)",
            "{0}.ar",
            "ARRAY_CONTAINS({0}.ar, 3)",
            "ARRAY_DISTINCT({0}.ar)",
            "{0}.ro",
            "MAP_KEYS({0}.ma)",
            "ARRAY_JOIN({0}.as_, '+')",
            "ARRAY[{0}.ki, {0}.id]",
            "ROW({0}.ki, {0}.ro.y)",
            "{0}.ma",
            "MAP['x', {0}.ki]",
            "ARRAY_MAX({0}.ar)",
            "CAST({0}.ar AS STRING)",
            "{0}.ro IS NULL",
            "CAST({0}.ro AS STRING)",
            "ARRAY_CONCAT({0}.ar, {0}.ar)",
            "ARRAY_SORT({0}.ar)",
            "ARRAY_POSITION({0}.ar, 2)",
            "ARRAY_REMOVE({0}.ar, 3)",
            "ELEMENT(ARRAY[{0}.ki])",
            "ARRAY_REVERSE({0}.ar)",
            "ARRAY_UNION({0}.ar, ARRAY[7])",
            "{0}.ar[{0}.ki]",
            "JSON_STRING({0}.ar)",
            "JSON_OBJECT('k' VALUE {0}.ki, 'r' VALUE {0}.ro.y)",
        ]
        items = [
            form.format(alias) for form in self.random.sample(forms, self.random.randint(1, 5))
        ]
        named = ", ".join(f"{item} AS c{i}" for i, item in enumerate(items))
        text = f"SELECT {named} FROM {source.text}"
        return Query(
            text + self.where(source.scope)[0],
            None,
            [(f"c{i}", "OTHER") for i in range(len(items))],
            "nested values",
            True,
            True,
        )

    def with_query(self, depth):
        query = self.query(depth - 1, nested=True)
        name = self.alias("w")
        scope = [column("x", c, kind) for c, kind in query.columns]
        items, columns = self.select_list(self.some(scope, 1, 3, 1))
        text, duck = both(
            "WITH " + name + " AS ({0}) SELECT {1} FROM " + name + " AS x{2}",
            (query.text, query.duck),
            items,
            self.where(scope),
        )
        return Query(text, duck, columns, "with")


def draw(seed, count, folder, only=None, for_duckdb=False):
    """The tables of a block, in a folder, and `count` queries over them; `only`: of such shapes."""
    source = random.Random(seed)
    tables = Tables(source, folder)
    maker = QueryMaker(source)
    drawn = []
    while len(drawn) < count:
        query = maker.query(source.choice([0, 1, 2, 2]))
        wanted = only is None or re.search(only, query.shape)
        if wanted and (not for_duckdb or query.duck is not None):
            drawn.append(query)
    return tables, drawn
