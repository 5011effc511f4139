# SPDX-License-Identifier: Apache-2.0
"""The shapes of random queries with a query within: IN, EXISTS, scalar subqueries, Top-N."""

from expressions import Expression, make
from parts import Query, both


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
        unique = [c for c in source.scope if c.text.endswith(".id")]
        function = "ROW_NUMBER" if unique else "RANK"
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
                for e in self.some(source.scope, 1, 2, 1) + unique
            ]
        ]
        partition = self.pair(self.random.choice(source.scope)) if self.chance(0.7) else None
        over = both(", ".join("{%d}" % i for i in range(len(orders))), *map(self.pair, orders))
        if partition:
            over = both("PARTITION BY {0} ORDER BY {1}", partition, over)
        else:
            over = both("ORDER BY {0}", over)
        items, columns = self.select_list(self.some(source.scope, 1, 3, 1) + unique)
        inner = both(
            "SELECT {0}, " + function + "() OVER ({1}) AS rn FROM {2}{3}",
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
        if not unique and function == "ROW_NUMBER":
            duck = None
        return Query(text, duck, columns, "top-n")
