# SPDX-License-Identifier: Apache-2.0
"""Shapes of random queries in which streaming operators stand on each other: windows over unions,
joins and other windows, kinds of window joins, changes that go through several operators."""

from parts import Query

CALLS = ("COUNT(*)", "COUNT({0}.bi)", "SUM({0}.ki)", "MIN({0}.id)", "MAX({0}.si)", "AVG({0}.ki)")
KEYED = ("a", "b", "va")  # tables with id, ki, si, bi and ts


class StreamQueries:
    """A part of QueryMaker, which has the sources, the select lists and the windows."""

    def calls(self, alias, low=1, high=3):
        chosen = self.random.sample(CALLS, self.random.randint(low, high))
        return [call.format(alias) for call in chosen]

    def listed(self, items, shape, rest):
        """A query of these items, whose kinds DuckDB does not need to know."""
        named = ", ".join(f"{item} AS c{i}" for i, item in enumerate(items))
        columns = [(f"c{i}", "OTHER") for i in range(len(items))]
        return Query(f"SELECT {named} FROM {rest}", None, columns, shape, False, True)

    def window_call(self, table, time="ts"):
        size = self.random.choice(["1", "3"])
        return self.random.choice(
            [
                f"TUMBLE(TABLE {table}, DESCRIPTOR({time}), INTERVAL '{size}' MINUTE)",
                f"HOP(TABLE {table}, DESCRIPTOR({time}), INTERVAL '30' SECOND, "
                f"INTERVAL '{size}' MINUTE)",
                f"CUMULATE(TABLE {table}, DESCRIPTOR({time}), INTERVAL '20' SECOND, "
                f"INTERVAL '{size}' MINUTE)",
            ]
        )

    def window_sets(self, _depth):
        """Grouping sets within each window."""
        table = self.random.choice([*KEYED, "late"])
        keys = ["ki", "si"] if table != "late" else ["ki", "id"]
        sets = self.random.choice(
            ["GROUPING SETS (({0}), ({1}), ())", "ROLLUP ({0}, {1})", "CUBE ({0}, {1})"]
            + ["GROUPING SETS (({0}, {1}), ({0}))", "GROUPING SETS (({1}), ({0}, {1}), ())"]
        )
        calls = [c for c in self.calls("w") if table != "late" or "si" not in c]
        items = ["w.window_start", "w.window_end", *[f"w.{key}" for key in keys], *calls]
        if self.chance(0.3):
            items.append(f"GROUPING(w.{keys[0]})")
        sets = sets.format(*[f"w.{key}" for key in keys])
        return self.listed(
            items,
            "window grouping sets",
            f"TABLE({self.window_call(table)}) AS w GROUP BY w.window_start, w.window_end, {sets}",
        )

    def window_of_union(self, _depth):
        """Windows, or OVER, over the rows of two tables."""
        sides = [self.random.choice(KEYED) for _ in range(2)]
        wheres = [self.random.choice(["", " WHERE ki > 1", " WHERE bi IS NOT NULL"]) for _ in sides]
        union = " UNION ALL ".join(
            f"SELECT {i} AS nr, id, ki, si, bi, ts FROM {side}{where}"
            for i, (side, where) in enumerate(zip(sides, wheres))
        )
        if self.chance(0.3):
            frame = self.random.choice(["", " RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND "])
            frame += "CURRENT ROW" if frame else ""
            over = f" OVER (PARTITION BY u_.ki ORDER BY u_.ts{frame})"
            items = ["u_.nr", "u_.id", *[call + over for call in self.calls("u_")]]
            query = self.listed(items, "over of union", "u_")
        else:
            items = ["w.window_start", "w.window_end", "w.ki", *self.calls("w")]
            rest = f"TABLE({self.window_call('u_')}) AS w GROUP BY w.window_start, w.window_end"
            query = self.listed(items, "window of union", rest + ", w.ki")
        query.text = f"WITH u_ AS ({union}) {query.text}"
        return query

    def window_of_join(self, _depth):
        """Windows over the pairs of an interval join, by the time of either side."""
        kind = self.random.choice(["JOIN", "JOIN", "LEFT JOIN"])
        time = "l" if kind == "LEFT JOIN" else self.random.choice("lr")
        pairs = (
            f"SELECT l.id, r.id AS rid, l.ki, r.si, l.bi, {time}.ts FROM a AS l {kind} b AS r ON "
            f"l.ki = r.ki AND r.ts BETWEEN l.ts - INTERVAL '30' SECOND AND l.ts + INTERVAL '20' "
            "SECOND"
        )
        items = ["w.window_start", "w.ki", *self.calls("w"), "COUNT(DISTINCT w.rid)"]
        rest = f"TABLE({self.window_call('j_')}) AS w GROUP BY w.window_start, w.window_end, w.ki"
        query = self.listed(items, "window of join", rest)
        query.text = f"WITH j_ AS ({pairs}) {query.text}"
        return query

    def window_join_kinds(self, _depth):
        """Joins of equal windows of any kind: inner, outer, semi and anti ones."""
        calls = self.random.getstate(), []
        for table in ("a", "b"):
            self.random.setstate(calls[0])  # the same window on both sides
            calls[1].append(f"(SELECT * FROM TABLE({self.window_call(table)}))")
        left, right = calls[1]
        key = self.random.choice(["ki", "si"])
        same = "l.window_start = r.window_start AND l.window_end = r.window_end"
        if self.chance(0.5):
            kind = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            more = self.random.choice(["", " AND l.id <> r.id", " AND l.bi >= r.bi"])
            return self.listed(
                ["l.window_start", "r.window_end", "l.id", "r.id"],
                "window join of any window",
                f"{left} AS l {kind} {right} AS r ON l.{key} = r.{key} AND {same}{more}",
            )
        form = self.random.choice(
            [
                "l.{0} IN (SELECT r.{0} FROM {1} AS r WHERE {2})",
                "l.{0} NOT IN (SELECT r.{0} FROM {1} AS r WHERE {2} AND r.{0} IS NOT NULL)",
                "EXISTS (SELECT * FROM {1} AS r WHERE l.{0} = r.{0} AND {2})",
                "NOT EXISTS (SELECT * FROM {1} AS r WHERE l.{0} = r.{0} AND {2})",
            ]
        ).format(key, right, same)
        if "NOT IN" in form:
            form = f"l.{key} IS NOT NULL AND {form}"
        items = ["l.window_start", "l.window_end", "l.id"]
        return self.listed(items, "window semi join", f"{left} AS l WHERE {form}")

    def top_of_groups(self, _depth):
        """The first groups, which change places as rows come and go."""
        table = self.random.choice(["a", "b", "ch", "latest"])
        key = self.random.choice(["si", "ki", "bi"])
        call = self.random.choice(["COUNT(*)", "SUM(t.id)", "MAX(t.bi)", "COUNT(DISTINCT t.ki)"])
        inner = f"SELECT t.{key} AS k, {call} AS n FROM {table} AS t GROUP BY t.{key}"
        partition = self.random.choice(["", "PARTITION BY MOD(n, 2) "])
        word = self.random.choice(["ASC", "DESC"])
        limit = self.random.choice(["rn <= 2", "rn = 1", "rn BETWEEN 2 AND 3", "rn < 5"])
        names = self.random.choice(["k, n", "k, n, rn"])
        text = (
            f"SELECT {names} FROM (SELECT *, ROW_NUMBER() OVER ({partition}ORDER BY n {word}, k) "
            f"AS rn FROM ({inner})) WHERE {limit}"
        )
        if self.chance(0.3):
            text = f"SELECT COUNT(*) AS c0, SUM(n) AS c1 FROM ({text})"
            names = "c0, c1"
        columns = [(name, "OTHER") for name in names.split(", ")]
        return Query(text, None, columns, "top of groups")

    def changes_through(self, _depth):
        """Changes that pass joins of groups, arrays of them, unions and differences."""
        table, other = [self.random.choice(["a", "b", "ch"]) for _ in range(2)]
        key = self.random.choice(["ki", "si"])
        left = f"(SELECT {key} AS k, COUNT(*) AS n, MAX(bi) AS m FROM {table} GROUP BY {key})"
        right = f"(SELECT {key} AS k, SUM(id) AS s FROM {other} GROUP BY {key} HAVING COUNT(*) > 1)"
        kind = self.random.choice(["JOIN", "LEFT JOIN", "FULL JOIN"])
        word = self.random.choice(["INTERSECT", "EXCEPT", "UNION", "UNION ALL"])
        form = self.random.choice(
            [
                f"SELECT l.k, l.n, r.s, l.m FROM {left} AS l {kind} {right} AS r ON l.k = r.k",
                f"SELECT n, COUNT(*) AS c, MIN(k) AS m FROM {left} AS l GROUP BY n",
                f"SELECT k, n FROM {left} AS l {word} "
                f"SELECT k, CAST(s AS BIGINT) FROM {right} AS r",
                f"SELECT k FROM {left} AS l WHERE k IN (SELECT k FROM {right} AS r) OR n > 3",
                f"SELECT k, n FROM {left} AS l WHERE EXISTS (SELECT * FROM {right} AS r WHERE "
                "r.k = l.k AND r.s > l.n)",
                f"SELECT k, n, (SELECT COUNT(*) FROM {other} AS o WHERE o.{key} = l.k) AS c "
                f"FROM {left} AS l",
                f"SELECT k, n, u.e FROM {left} AS l CROSS JOIN UNNEST(ARRAY[n, m]) AS u (e)",
                f"SELECT n, m, COUNT(*) AS c FROM {left} AS l GROUP BY ROLLUP (n, m)",
                f"SELECT COUNT(DISTINCT n) AS c, SUM(DISTINCT n) AS d, AVG(n) AS e FROM {left}",
            ]
        )
        return Query(form, None, [("k", "OTHER")] * 4, "changes through")

    def first_and_last(self, _depth):
        """What is counted of first rows, which never change, or of last rows, which do."""
        table = self.random.choice(KEYED)
        key = self.random.choice(["ki", "si"])
        word = self.random.choice(["ASC", "DESC"])
        rows = (
            f"SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY ts {word}) "
            f"AS rn FROM {table} WHERE {key} IS NOT NULL) WHERE rn = 1"
        )
        if word == "ASC" and self.chance(0.4):
            items = ["w.window_start", *self.calls("w")]
            rest = f"TABLE({self.window_call('f_')}) AS w GROUP BY w.window_start, w.window_end"
            query = self.listed(items, "window of first rows", rest)
            query.text = f"WITH f_ AS ({rows}) {query.text}"
            return query
        items = self.calls("f")
        return self.listed(items, "groups of first and last rows", f"({rows}) AS f")
