# SPDX-License-Identifier: Apache-2.0
"""The shapes with a query within: IN, EXISTS, ANY, LATERAL, Top-N, nested keys."""

from expressions import Expression, make
from parts import Query, Source, both


class NestedQueries:
    """A part of QueryMaker, which has the sources and the select lists."""

    def semi_join(self, depth):
        source = self.source(depth)
        inner = self.table() if self.chance(0.7) else self.derived(max(depth, 1))
        keys = [
            (o, i)
            for o in source.scope
            for i in inner.scope
            if o.kind == i.kind and o.kind in ("INT", "STRING", "BIGINT", "DATE")
        ]
        if not keys:
            return self.projection(depth)
        outer, key = self.random.choice(keys)
        where = self.where(inner.scope, 0.4)
        form = self.random.choice(["IN", "IN", "NOT IN", "EXISTS", "EXISTS", "NOT EXISTS"])
        if form.endswith("IN"):
            condition = both(
                "{0} " + form + " (SELECT {1} FROM {2}{3})",
                self.pair(outer),
                self.pair(key),
                (inner.text, inner.duck),
                where,
            )
        else:
            joined = both(
                "{0}{1}{2} = {3}",
                where,
                (" AND ", " AND ") if where[0] else (" WHERE ", " WHERE "),
                self.pair(key),
                self.pair(outer),
            )
            condition = both(form + " (SELECT 1 FROM {0}{1})", (inner.text, inner.duck), joined)
        if self.chance(0.3):
            more = self.expressions.of("BOOLEAN", source.scope, 1)
            condition = both("{0} AND {1}", condition, self.pair(more))
        items, columns = self.select_list(self.some(source.scope, 1, 3, 1))
        text, duck = both(
            "SELECT {0} FROM {1} WHERE {2}", items, (source.text, source.duck), condition
        )
        return Query(text, duck, columns, form.lower())

    def scalar_subquery(self, depth):
        source, inner = self.source(depth - 1), self.table()
        number = self.expressions.of(
            self.random.choice(["INT", "BIGINT", "DECIMAL"]), inner.scope, 1
        )
        call = self.random.choice(
            [
                make(number.kind, "MAX({0})", [number]),
                make("BIGINT", "COUNT(*)", duck=""),
                make(number.kind, "MIN({0})", [number]),
            ]
        )
        where = self.where(inner.scope, 0.4)
        keys = [(o, i) for o in source.scope for i in inner.scope if o.kind == i.kind == "INT"]
        if keys and self.chance(0.5):
            outer, key = self.random.choice(keys)
            where = both(
                "{0}{1}{2} = {3}",
                where,
                (" AND ", " AND ") if where[0] else (" WHERE ", " WHERE "),
                self.pair(key),
                self.pair(outer),
            )
        subquery = both(
            "(SELECT {0} FROM {1}{2})", self.pair(call), (inner.text, inner.duck), where
        )
        subquery = Expression(call.kind, *subquery)
        items = self.some(source.scope, 1, 2, 1)
        if self.chance(0.5):
            items, columns = self.select_list(items + [subquery])
            text, duck = both("SELECT {0} FROM {1}", items, (source.text, source.duck))
        else:
            left = self.expressions.of(call.kind, source.scope, 1)
            items, columns = self.select_list(items)
            text, duck = both(
                "SELECT {0} FROM {1} WHERE {2} " + self.random.choice(["=", "<", ">="]) + " {3}",
                items,
                (source.text, source.duck),
                self.pair(left),
                self.pair(subquery),
            )
        return Query(text, duck, columns, "scalar subquery")

    def top_n(self, depth):
        source = self.source(depth)
        # Of a table; a join may have an id again, or NULL. Else rows with equal places are equal.
        unique = [c for c in source.scope if c.text.endswith(".id") and source.name]
        chosen = self.some(source.scope, 1, 3, 1) + unique
        orders = [
            make("INT", "{0} " + word, [e], duck="{0} " + duck)
            for e, (word, duck) in [
                (
                    e,
                    self.random.choice(
                        [
                            ("ASC", "ASC NULLS FIRST"),
                            ("DESC", "DESC NULLS LAST"),
                            ("DESC NULLS LAST", "DESC NULLS LAST"),
                            ("ASC NULLS FIRST", "ASC NULLS FIRST"),
                        ]
                    ),
                )
                for e in (self.some(source.scope, 1, 2, 1) + unique if unique else chosen)
            ]
        ]
        partition = self.pair(self.random.choice(source.scope)) if self.chance(0.7) else None
        over = both(", ".join("{%d}" % i for i in range(len(orders))), *map(self.pair, orders))
        if partition:
            over = both("PARTITION BY {0} ORDER BY {1}", partition, over)
        else:
            over = both("ORDER BY {0}", over)
        items, columns = self.select_list(chosen)
        inner = both(
            "SELECT {0}, ROW_NUMBER() OVER ({1}) AS rn FROM {2}{3}",
            items,
            over,
            (source.text, source.duck),
            self.where(source.scope, 0.3),
        )
        names = [name for name, _ in columns]
        if self.chance(0.5):
            names.append("rn")
            columns = columns + [("rn", "BIGINT")]
        limit = self.random.choice(["rn <= 2", "rn <= 3", "rn < 6", "rn = 1", "rn BETWEEN 2 AND 3"])
        text, duck = both("SELECT " + ", ".join(names) + " FROM ({0}) WHERE " + limit, inner)
        return Query(text, duck, columns, "top-n")

    def quantified(self, depth):
        """A comparison with ANY or ALL rows, and IN as one of several conditions."""
        source, inner = self.source(depth - 1), self.table()
        kind = self.random.choice(["INT", "INT", "BIGINT", "STRING"])
        left = self.expressions.of(kind, source.scope, 1)
        key = self.expressions.of(kind, inner.scope, 1)
        sign = self.random.choice(["=", "<>", "<", ">=", ">"])
        word = self.random.choice(["ANY", "ALL", "SOME"])
        form = self.random.choice(
            [f"{{0}} {sign} {word} (SELECT {{1}} FROM {{2}}{{3}})"]
            + ["({0} IN (SELECT {1} FROM {2}{3}) OR {4})"]
            + ["NOT ({0} IN (SELECT {1} FROM {2}{3}) AND {4})"]
        )
        condition = both(
            form,
            self.pair(left),
            self.pair(key),
            (inner.text, inner.duck),
            self.where(inner.scope, 0.5),
            self.pair(self.expressions.of("BOOLEAN", source.scope, 1)),
        )
        items, columns = self.select_list(self.some(source.scope, 1, 2, 1))
        text, duck = both(
            "SELECT {0} FROM {1} WHERE {2}", items, (source.text, source.duck), condition
        )
        return Query(text, duck, columns, "quantified")

    def lateral(self, _depth):
        source, inner = self.table(), self.table(self.random.choice(["a", "b", "ch"]))
        keys = [(o, i) for o in source.scope for i in inner.scope if o.kind == i.kind == "INT"]
        outer, key = self.random.choice(keys)
        where = self.where(inner.scope, 0.3)
        word = " AND " if where[0] else " WHERE "
        where = both("{0}" + word + "{1} = {2}", where, self.pair(key), self.pair(outer))
        alias = self.alias("l")
        form = self.random.choice(["rows", "rows", "aggregate", "groups", "top"])
        if form == "rows":
            items, columns = self.select_list(self.some(inner.scope, 1, 2, 1))
            tail = ("", "")
        elif form == "aggregate":
            items, columns = self.select_list(self.aggregates(inner.scope, False, 1, 2))
            tail = ("", "")
        elif form == "groups":
            by = self.random.choice(inner.scope)
            items, columns = self.select_list([by] + self.aggregates(inner.scope, False, 1, 2))
            tail = both(" GROUP BY {0}", self.pair(by))
        else:
            order = next(c for c in inner.scope if c.text.endswith(".id"))
            items, columns = self.select_list([order])
            tail = both(" ORDER BY {0} DESC LIMIT 2", self.pair(order))
        within = both("(SELECT {0} FROM {1}{2}{3})", items, (inner.text, inner.duck), where, tail)
        join, on = self.random.choice(
            [(", ", ""), (" CROSS JOIN ", ""), (" LEFT JOIN ", " ON TRUE"), (" JOIN ", " ON TRUE")]
        )
        more = self.some(source.scope, 1, 2, 1)
        named = [both("{0} AS o%d" % i, self.pair(e)) for i, e in enumerate(more)]
        more_columns = [(f"o{i}", e.kind) for i, e in enumerate(more)]
        named += [(f"{alias}.{name}",) * 2 for name, _ in columns]
        head = both(", ".join("{%d}" % i for i in range(len(named))), *named)
        text, duck = both(
            "SELECT {0} FROM {1}" + join + "LATERAL {2} AS " + alias + on,
            head,
            (source.text, source.duck),
            within,
        )
        if form == "aggregate":
            duck = None  # Flink has no row where there is nothing to aggregate
        return Query(text, duck, more_columns + columns, "lateral " + form)

    def qualify(self, _depth):
        source = self.table(self.random.choice(["a", "b", "va", "ch"]))
        key = self.random.choice([c for c in source.scope if c.kind in ("INT", "STRING")])
        order = next(c for c in source.scope if c.text.endswith(".id"))
        word = self.random.choice(["ASC", "DESC"])
        items, columns = self.select_list(self.some(source.scope, 1, 3, 1))
        text, duck = both(
            "SELECT {0} FROM {1}{2} QUALIFY ROW_NUMBER() OVER (PARTITION BY {3} ORDER BY {4} "
            + word
            + ") <= "
            + str(self.random.randint(1, 3)),
            items,
            (source.text, source.duck),
            self.where(source.scope, 0.3),
            self.pair(key),
            self.pair(order),
        )
        return Query(text, duck, columns, "qualify")

    def three_way_join(self, _depth):
        """Two joins, of which the second may name columns of either side of the first."""
        first, second, third = self.table(), self.table(), self.table()
        scope = first.scope + second.scope
        one, two = self.join_condition(first, second), None
        while two is None:
            two = self.join_condition(Source("", "", scope, False, False), third)
            third = third if two else self.table()
        kinds = [self.random.choice(["JOIN", "LEFT JOIN", "FULL JOIN"]) for _ in range(2)]
        items, columns = self.select_list(self.some(scope + third.scope, 2, 4, 1))
        text, duck = both(
            f"SELECT {{0}} FROM {{1}} {kinds[0]} {{2}} ON {{3}} {kinds[1]} {{4}} ON {{5}}{{6}}",
            items,
            *[(side.text, side.duck) for side in (first, second)],
            self.pair(one),
            (third.text, third.duck),
            self.pair(two),
            self.where(scope + third.scope, 0.3),
        )
        return Query(text, duck, columns, "three-way join")

    def nested_keys(self, _depth):
        """Grouping, comparing and joining by ARRAY, MAP and ROW."""
        source = self.table("n")
        alias = source.text.split()[-1]
        key = self.random.choice(["ar", "ro", "ma", "as_", "ro.x"])
        form = self.random.choice(
            [
                "SELECT {0}.{1}, COUNT(*), SUM({0}.ki) FROM n AS {0} GROUP BY {0}.{1}",
                "SELECT DISTINCT {0}.{1}, {0}.ki FROM n AS {0}",
                "SELECT COUNT(DISTINCT {0}.{1}) FROM n AS {0}",
                "SELECT {0}.ki, LAST_VALUE({0}.{1}), FIRST_VALUE({0}.{1}) FROM n AS {0} "
                "GROUP BY {0}.ki",
                "SELECT {0}.id, o.id FROM n AS {0} JOIN n AS o ON {0}.{1} = o.{1}",
                "SELECT {0}.{1}, o.{1} FROM n AS {0} LEFT JOIN n AS o ON {0}.ki = o.id",
                "SELECT {0}.{1} FROM n AS {0} UNION SELECT o.{1} FROM n AS o WHERE o.ki > 1",
                "SELECT {0}.id, {0}.{1} FROM n AS {0} ORDER BY {0}.ki, {0}.id LIMIT 5",
                "SELECT {0}.ki, ARRAY_AGG({0}.{1}), COLLECT({0}.id) FROM n AS {0} GROUP BY {0}.ki",
                "SELECT {0}.id, CASE WHEN {0}.ki > 2 THEN {0}.{1} END FROM n AS {0}",
                "SELECT {0}.id FROM n AS {0} WHERE {0}.{1} IN (SELECT o.{1} FROM n AS o)",
                "SELECT {0}.id, COALESCE({0}.{1}, o.{1}) FROM n AS {0} JOIN n AS o ON o.id = 1",
            ]
        )
        text = form.format(alias, key)
        return Query(text, None, [("c", "OTHER")] * 2, "nested keys")
