# SPDX-License-Identifier: Apache-2.0
"""The shapes of random queries that go by event time: windows, OVER, interval joins."""

from expressions import Expression, make
from parts import Query, Source, both, column
from tables import COLUMNS, VIEW_COLUMNS


class TimeQueries:
    """A part of QueryMaker, which has the sources, the select lists and the aggregates."""

    def windowed(self, table, function=None):
        """A window function over a table, with its scope; `duck` for TUMBLE alone."""
        function = function or self.random.choice(
            ["TUMBLE", "TUMBLE", "OFFSET", "HOP", "HOP", "CUMULATE", "SESSION", "WHOLE SESSION"]
        )
        alias = self.alias("w")
        hop = self.random.choice(
            [
                "INTERVAL '20' SECOND, INTERVAL '1' MINUTE",
                "INTERVAL '30' SECOND, INTERVAL '3' MINUTE",
                "INTERVAL '7' SECOND, INTERVAL '14' SECOND",
            ]
        )
        call = {
            "TUMBLE": f"TUMBLE(TABLE {table}, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
            "HOP": f"HOP(TABLE {table}, DESCRIPTOR(ts), {hop})",
            "OFFSET": f"TUMBLE(TABLE {table}, DESCRIPTOR(ts), INTERVAL '1' MINUTE, "
            f"INTERVAL '{self.random.choice(['13', '-7'])}' SECOND)",
            "WHOLE SESSION": f"SESSION(TABLE {table}, DESCRIPTOR(ts), INTERVAL '10' SECOND)",
            "CUMULATE": f"CUMULATE(TABLE {table}, DESCRIPTOR(ts), INTERVAL '15' SECOND, "
            "INTERVAL '1' MINUTE)",
            "SESSION": f"SESSION(TABLE {table} PARTITION BY ki, DESCRIPTOR(ts), "
            "INTERVAL '10' SECOND)",
        }[function]
        duck = None
        if function == "TUMBLE" and table in ("a", "b", "va"):
            duck = (
                f"(SELECT *, date_trunc('minute', ts) AS window_start, date_trunc('minute', ts) + "
                f"INTERVAL 1 MINUTE AS window_end FROM {table}) AS {alias}"
            )
        columns = COLUMNS.get(table) or VIEW_COLUMNS[table]
        scope = [column(alias, c, kind, "" if table == "x" else None) for c, kind in columns]
        bounds = [column(alias, c, "TIMESTAMP") for c in ("window_start", "window_end")]
        return Source(f"TABLE({call}) AS {alias}", duck, scope, True, True, function), bounds

    def window(self, _depth):
        table = self.random.choice("a a b late late va x latest".split())
        source, bounds = self.windowed(table)
        keys = [c for c in source.scope if c.kind in ("INT", "STRING") and self.chance(0.3)]
        if source.name == "SESSION":
            keys = [c for c in source.scope if c.text.endswith(".ki")]
        elif source.name == "WHOLE SESSION":
            keys = []
        aggregates = self.aggregates(source.scope, False)
        items, columns = self.select_list(bounds + keys + aggregates)
        group = both(
            ", ".join("{%d}" % i for i in range(2 + len(keys))),
            *[self.pair(e) for e in bounds + keys],
        )
        text, duck = both(
            "SELECT {0} FROM {1} GROUP BY {2}", items, (source.text, source.duck), group
        )
        return Query(text, duck, columns, "window " + source.name.lower(), False, True)

    def group_window(self, _depth):
        source = self.table(self.random.choice(["a", "b", "late"]))
        ts = source.text.split()[-1] + ".ts"
        word, call = self.random.choice(
            [
                ("TUMBLE", f"TUMBLE({ts}, INTERVAL '1' MINUTE)"),
                ("HOP", f"HOP({ts}, INTERVAL '30' SECOND, INTERVAL '1' MINUTE)"),
                ("SESSION", f"SESSION({ts}, INTERVAL '10' SECOND)"),
            ]
        )
        bound = Expression(
            "TIMESTAMP", f"{word}_{self.random.choice(['START', 'END'])}({call[len(word) + 1:]}"
        )
        keys = [c for c in source.scope if c.text.endswith(".ki")]
        items, columns = self.select_list([bound] + keys + self.aggregates(source.scope, False))
        text = f"SELECT {items[0]} FROM {source.text} GROUP BY {call}, {keys[0].text}"
        return Query(text, None, columns, "group window", False, True)

    def window_rank(self, _depth):
        source, bounds = self.windowed(
            self.random.choice(["a", "b"]), self.random.choice(["TUMBLE", "HOP"])
        )
        unique = [c for c in source.scope if c.text.endswith(".id")]
        order = both(
            "{0} DESC, {1}", self.pair(self.random.choice(source.scope)), self.pair(unique[0])
        )
        order = order[0], order[1] and order[1].replace(" DESC", " DESC NULLS LAST")
        items, columns = self.select_list(bounds + unique)
        inner = both(
            "SELECT {0}, ROW_NUMBER() OVER (PARTITION BY {1}, {2} ORDER BY {3}) AS rn FROM {4}",
            items,
            self.pair(bounds[0]),
            self.pair(bounds[1]),
            order,
            (source.text, source.duck),
        )
        text, duck = both("SELECT c0, c1, c2, rn FROM ({0}) WHERE rn <= 2", inner)
        return Query(text, duck, columns + [("rn", "BIGINT")], "window rank", False, True)

    def window_join(self, _depth):
        left, left_bounds = self.windowed("a", "TUMBLE")
        right, right_bounds = self.windowed("b", "TUMBLE")
        kind = self.random.choice(["JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN"])
        key = self.random.choice(["ki", "si"])
        keys = [next(c for c in side.scope if c.text.endswith("." + key)) for side in (left, right)]
        items, columns = self.select_list(
            self.some(left.scope, 1, 2, 1) + self.some(right.scope, 1, 2, 1)
        )
        text, duck = both(
            "SELECT {0} FROM (SELECT * FROM {1}) AS {7} " + kind + " (SELECT * FROM {2}) AS {8} ON "
            "{3} = {4} AND {5} = {6} AND {9} = {10}",
            items,
            (left.text, left.duck),
            (right.text, right.duck),
            *[self.pair(k) for k in keys],
            self.pair(left_bounds[0]),
            self.pair(right_bounds[0]),
            *[(s.text.split()[-1],) * 2 for s in (left, right)],
            self.pair(left_bounds[1]),
            self.pair(right_bounds[1]),
        )
        return Query(text, duck, columns, "window join")

    def over(self, _depth):
        source = self.table(self.random.choice(["a", "b"]))
        alias = source.text.split()[-1]
        # Frames of rows depend on the order among equal times, which DuckDB does not keep.
        frame, same = self.random.choice(
            [
                ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", False),
                ("", True),
                ("RANGE BETWEEN INTERVAL '30' SECOND PRECEDING AND CURRENT ROW", True),
                ("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", False),
                ("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", True),
            ]
        )
        partition = (
            f"PARTITION BY {alias}.{self.random.choice(['ki', 'si'])} " if self.chance(0.8) else ""
        )
        window = f"({partition}ORDER BY {alias}.ts {frame})"
        calls = [
            make(e.kind, "{0} OVER " + window, [e])
            for e in self.aggregates(source.scope, False)
            if "FILTER" not in e.text
        ]
        calls = calls or [make("BIGINT", "COUNT(*) OVER " + window)]
        items, columns = self.select_list(self.some(source.scope, 1, 2, 1) + calls)
        text, duck = both("SELECT {0} FROM {1}", items, (source.text, source.duck))
        return Query(text, duck if same else None, columns, "over")

    def interval_join(self, _depth):
        left, right = self.table("a"), self.table("b")
        l, r = left.text.split()[-1], right.text.split()[-1]
        kind = self.random.choice(["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        key = self.random.choice(["ki", "si", "id"])
        bound = self.random.choice(
            [
                "{1}.ts BETWEEN {0}.ts - INTERVAL '20' SECOND AND {0}.ts + INTERVAL '1' MINUTE",
                "{0}.ts >= {1}.ts AND {0}.ts < {1}.ts + INTERVAL '30' SECOND",
                "{0}.ts = {1}.ts",
            ]
        ).format(l, r)
        condition = f"{l}.{key} = {r}.{key} AND {bound}"
        if self.chance(0.3):
            more = self.expressions.of("BOOLEAN", left.scope + right.scope, 1)
        else:
            more = make("BOOLEAN", "TRUE")
        items, columns = self.select_list(
            [column(l, "id", "INT"), column(r, "id", "INT")] + self.some(right.scope, 0, 1, 1)
        )
        text, duck = both(
            "SELECT {0} FROM {1} " + kind + " {2} ON " + condition + " AND {3}",
            items,
            (left.text, left.duck),
            (right.text, right.duck),
            self.pair(more),
        )
        return Query(text, duck, columns, "interval join")

    def window_of_windows(self, _depth):
        """Windows over the rows of smaller ones, and the first rows of each window."""
        table = self.random.choice(["a", "b", "va", "late"])
        inner, bounds = self.windowed(table, "TUMBLE")
        keys = [c for c in inner.scope if c.text.endswith(".ki")]
        calls = self.aggregates(inner.scope, False, 1, 2)
        items, columns = self.select_list(bounds + keys + calls)
        alias = inner.text.split()[-1]
        query = f"SELECT {items[0]}, {alias}.window_time AS rt FROM {inner.text}"
        query += f" GROUP BY {bounds[0].text}, {bounds[1].text}, {alias}.window_time"
        query += f", {keys[0].text}"
        outer = self.random.choice(
            [
                "SELECT window_start, COUNT(*), MAX(c3), COUNT(DISTINCT ki) FROM TABLE(TUMBLE("
                "TABLE inner_, DESCRIPTOR(rt), INTERVAL '3' MINUTE)) GROUP BY window_start, "
                "window_end",
                "SELECT window_end, ki, COUNT(c3) FROM TABLE(HOP(TABLE inner_, DESCRIPTOR(rt), "
                "INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)) GROUP BY window_start, window_end, ki",
                "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY c0, c1 ORDER BY c3, ki) "
                "AS rn FROM inner_) WHERE rn <= 2",
                "SELECT ki, COUNT(*) OVER (PARTITION BY ki ORDER BY rt) FROM inner_",
                "SELECT l.ki, l.c3, r.c3 FROM inner_ AS l JOIN inner_ AS r ON l.ki = r.ki AND "
                "l.c0 = r.c0 AND l.c1 = r.c1",
                "SELECT ki, COUNT(*), MIN(c0) FROM inner_ GROUP BY ki",
            ]
        )
        query = query.replace(" AS c2", " AS ki", 1)
        text = f"WITH inner_ AS ({query}) {outer}"
        return Query(text, None, columns, "window of windows", False, True)

    def ranking_over(self, _depth):
        """Numbers and neighbours in OVER, by time and by other orders."""
        source = self.table(self.random.choice(["a", "b", "va"]))
        alias = source.text.split()[-1]
        calls = ["LAG({0}.id)", "LAG({0}.ki, 2)", "LAG({0}.id, 1, -5)", "ROW_NUMBER()"]
        calls += ["FIRST_VALUE({0}.id)", "LAST_VALUE({0}.si)", "COUNT(DISTINCT {0}.si)"]
        order = "ts"
        if self.chance(0.4):
            order = self.random.choice(["id", "bi"])
            calls = ["ROW_NUMBER()", "SUM({0}.ki)", "COUNT(*)", "MAX({0}.bi)", "AVG({0}.id)"]
            calls += ["RANK()", "DENSE_RANK()"]
            calls = calls if order == "id" else calls[1:]
        partition = f"PARTITION BY {alias}.{self.random.choice(['ki', 'si'])} "
        window = f"({partition if self.chance(0.8) else ''}ORDER BY {alias}.{order})"
        chosen = self.random.sample(calls, self.random.randint(1, 3))
        items = ", ".join(f"{call.format(alias)} OVER w AS c{i}" for i, call in enumerate(chosen))
        text = f"SELECT {alias}.id, {items} FROM {source.text} WINDOW w AS {window}"
        columns = [("id", "INT")] + [(f"c{i}", "OTHER") for i in range(len(chosen))]
        return Query(text, None, columns, "ranking over")
