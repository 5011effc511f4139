# SPDX-License-Identifier: Apache-2.0
"""Aggregates, and the shapes of random queries that group: GROUP BY, grouping sets."""

from expressions import make
from parts import Query, both


class AggregateQueries:
    """A part of QueryMaker, which has the sources and the select lists."""

    def aggregate(self, scope, ordered):
        number = self.expressions.number(scope)
        argument = self.expressions.of(number, scope, 2)
        text = self.expressions.of("STRING", scope, 1)
        forms = [
            make("BIGINT", "COUNT(*)"),
            make("BIGINT", "COUNT({0})", [text]),
            make("BIGINT", "COUNT(DISTINCT {0})", [self.expressions.any(scope, 1)]),
            make(argument.kind, "SUM({0})", [argument]),
            make(argument.kind, "SUM(DISTINCT {0})", [argument]),
            make(argument.kind, "MIN({0})", [argument]),
            make(argument.kind, "MAX({0})", [argument]),
            make("STRING", "MAX({0})", [text]),
            make("STRING", "MIN({0})", [text]),
            make("TIMESTAMP", "MAX({0})", [self.expressions.of("TIMESTAMP", scope, 1)]),
            make("DATE", "MIN({0})", [self.expressions.of("DATE", scope, 1)]),
            make("BOOLEAN", "MAX({0})", [self.expressions.of("BOOLEAN", scope, 1)], duck=""),
            make(argument.kind, "AVG({0})", [argument], duck=""),
            make("DOUBLE", "STDDEV_POP({0})", [self.expressions.of("DOUBLE", scope, 1)], duck=""),
            make(number, "VAR_SAMP({0})", [argument], duck=""),
            make("OTHER", "STDDEV_SAMP({0})", [argument], duck=""),
            make("OTHER", "VAR_POP({0})", [argument], duck=""),
            make("OTHER", "AVG(DISTINCT {0})", [argument], duck=""),
            make("OTHER", "MAX({0})", [self.expressions.any(scope, 1)], duck=""),
            make("OTHER", "PERCENTILE({0}, 0.5)", [argument], duck=""),
        ]
        if ordered:
            key = make("STRING", "COALESCE({0}, 'none')", [text])
            forms += [
                make("STRING", "LISTAGG({0})", [text], duck=""),
                make("STRING", "LISTAGG(DISTINCT {0}, '|')", [text], duck=""),
                make("STRING", "FIRST_VALUE({0})", [text], duck=""),
                make(argument.kind, "LAST_VALUE({0})", [argument], duck=""),
                make("OTHER", "ARRAY_AGG({0})", [argument], duck=""),
                make("OTHER", "ARRAY_AGG(DISTINCT {0})", [text], duck=""),
                make("OTHER", "JSON_ARRAYAGG({0} NULL ON NULL)", [text], duck=""),
                make("OTHER", "JSON_OBJECTAGG(KEY {0} VALUE {1})", [key, text], duck=""),
                make(argument.kind, "FIRST_VALUE({0})", [argument], duck=""),
            ]
        chosen = self.random.choice(forms)
        if self.chance(0.2) and "JSON_" not in chosen.text:
            chosen = make(
                chosen.kind,
                "{0} FILTER (WHERE {1})",
                [chosen, self.expressions.of("BOOLEAN", scope, 2)],
            )
        return chosen

    def aggregates(self, scope, ordered, low=1, high=3):
        return [self.aggregate(scope, ordered) for _ in range(self.random.randint(low, high))]

    def group_by(self, depth):
        source = self.source(depth)
        keys = self.some(source.scope, 0, 2, 1)
        aggregates = self.aggregates(source.scope, source.ordered and source.append)
        items, columns = self.select_list(keys + aggregates)
        group = ("", "")
        if keys:
            group = both(
                " GROUP BY " + ", ".join("{%d}" % i for i in range(len(keys))),
                *[self.pair(key) for key in keys],
            )
        having = ("", "")
        if self.chance(0.3):
            condition = self.random.choice(
                [
                    make("BOOLEAN", "COUNT(*) > 1"),
                    make("BOOLEAN", "{0} IS NOT NULL", [self.random.choice(aggregates)]),
                ]
            )
            having = both(" HAVING {0}", self.pair(condition))
        text, duck = both(
            "SELECT {0} FROM {1}{2}{3}{4}",
            items,
            (source.text, source.duck),
            self.where(source.scope, 0.3),
            group,
            having,
        )
        if not keys:
            duck = None  # without a row there is no result in Flink's streams
        return Query(text, duck, columns, "group by")

    def grouping_sets(self, depth):
        source = self.source(depth)
        named = [c for c in source.scope if c.kind in ("INT", "STRING", "BOOLEAN", "DATE")]
        if len(named) < 2:
            return self.group_by(depth)
        keys = self.random.sample(named, 2)
        sets = self.random.choice(
            [
                "GROUPING SETS (({0}, {1}), ({0}), ())",
                "ROLLUP ({0}, {1})",
                "CUBE ({0}, {1})",
                "GROUPING SETS (({0}), ({1}))",
                "{0}, ROLLUP ({1})",
                "GROUPING SETS (({0}), CUBE ({0}, {1}))",
                "ROLLUP ({0}), CUBE ({1})",
                "GROUPING SETS (({1}), ())",
            ]
        )
        extra = keys[1]
        if self.chance(0.3):
            extra = make("INT", "GROUPING({0})", [keys[0]], duck="")
        elif self.chance(0.2):
            extra = make("BIGINT", "GROUPING_ID({0}, {1})", keys, duck="")
        items, columns = self.select_list(
            [keys[0], extra] + self.aggregates(source.scope, False, 1, 2)
        )
        text, duck = both(
            "SELECT {0} FROM {1}{2} GROUP BY " + sets.replace("{1}", "{4}").replace("{0}", "{3}"),
            items,
            (source.text, source.duck),
            self.where(source.scope, 0.3),
            self.pair(keys[0]),
            self.pair(keys[1]),
        )
        if "()" in sets or "CUBE" in sets or sets.startswith("ROLLUP"):
            duck = None  # the empty set of no rows
        return Query(text, duck, columns, "grouping sets")
