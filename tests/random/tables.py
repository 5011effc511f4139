# SPDX-License-Identifier: Apache-2.0
"""The tables that random queries read: nulls, extreme values, duplicates, rows out of order.

One `Tables` is drawn from a seed. Rows of `a`, `b` and `n` are never late (out of order by less
than the delay of their watermark), so what a query over them leaves does not depend on which input
is read first; `late` has late rows and is read alone. `x` has the rarer types, `r` versions by
key, `cl` a changelog; over them stand the views `latest` (the last row of each key), `va` (rows
with a key) and `ch` (the rows that the changelog changes).
"""

import datetime
import decimal
import json
import pathlib

NULL = "~"
TEXTS = ["", "a", "b", "ab", "Ab", "x y", "é", "日本", "😀", "a%_", "12", "-7", " 3 ", "true", "z"]
BIGS = [
    0,
    1,
    -1,
    7,
    100,
    2147483647,
    -2147483648,
    4294967296,
    9007199254740993,
    9223372036854775807,
    -9223372036854775808,
]
DOUBLES = [0.0, -0.0, 0.5, 1.5, -2.25, 1e10, 1e-7, 123456.789, -1e300, 3.0]
DECIMALS = ["0.00", "0.01", "-0.01", "1.50", "99999999.99", "-99999999.99", "12.34", "100.00"]
WIDES = ["0.000000", "1.000001", "-3.500000", "12.34", "123456789012345678901234.999999"]
EPOCH = datetime.datetime(2024, 2, 28, 23, 58, 0)

# name -> [(column, type)]; the types are those of expressions.py.
COLUMNS = {
    "a": [
        ("id", "INT"),
        ("ki", "INT"),
        ("si", "STRING"),
        ("bi", "BIGINT"),
        ("du", "DOUBLE"),
        ("de", "DECIMAL"),
        ("bo", "BOOLEAN"),
        ("da", "DATE"),
        ("ts", "TIMESTAMP"),
    ],
    "b": [
        ("id", "INT"),
        ("ki", "INT"),
        ("si", "STRING"),
        ("bi", "BIGINT"),
        ("sm", "SMALLINT"),
        ("de", "DECIMAL"),
        ("ts", "TIMESTAMP"),
    ],
    "n": [
        ("id", "INT"),
        ("ki", "INT"),
        ("ar", "ARRAY"),
        ("ro", "ROW"),
        ("ma", "MAP"),
        ("as_", "ARRAY_OF_STRING"),
    ],
    "late": [("id", "INT"), ("ki", "INT"), ("bi", "BIGINT"), ("ts", "TIMESTAMP")],
    "x": [
        ("id", "INT"),
        ("ki", "INT"),
        ("ti", "TIME"),
        ("lt", "LTZ"),
        ("fl", "FLOAT"),
        ("ty", "TINYINT"),
        ("wi", "WIDE"),
        ("ts", "TIMESTAMP"),
    ],
    "r": [("ki", "INT"), ("bi", "BIGINT"), ("si", "STRING"), ("ts", "TIMESTAMP")],
    "cl": [("id", "INT"), ("ki", "INT"), ("si", "STRING"), ("bi", "BIGINT"), ("op", "STRING")],
}
VIEWS = {
    "latest": "SELECT id, ki, si, bi, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ki "
    "ORDER BY ts DESC) AS rn FROM b WHERE ki IS NOT NULL) WHERE rn = 1",
    "va": "SELECT id, ki, si, bi, bo, ts FROM a WHERE ki IS NOT NULL",
    "ch": "SELECT * FROM FROM_CHANGELOG(input => TABLE cl)",
}
VIEW_COLUMNS = {
    "latest": COLUMNS["b"][:4] + [("ts", "TIMESTAMP")],
    "va": COLUMNS["a"][:4] + [("bo", "BOOLEAN"), ("ts", "TIMESTAMP")],
    "ch": COLUMNS["cl"][:4],
}
FLINK_TYPES = {
    "INT": "INT",
    "SMALLINT": "SMALLINT",
    "BIGINT": "BIGINT",
    "DOUBLE": "DOUBLE",
    "DECIMAL": "DECIMAL(10, 2)",
    "STRING": "STRING",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP(3)",
    "TIME": "TIME(0)",
    "LTZ": "TIMESTAMP_LTZ(3)",
    "FLOAT": "FLOAT",
    "TINYINT": "TINYINT",
    "WIDE": "DECIMAL(30, 6)",
    "ARRAY": "ARRAY<INT>",
    "ROW": "ROW<x INT, y STRING>",
    "MAP": "MAP<STRING, INT>",
    "ARRAY_OF_STRING": "ARRAY<STRING>",
}
DELAYS = {"a": 10, "b": 10, "late": 3, "x": 10, "r": 10}


class Tables:
    """Rows by table, and the statements that make them known to each engine."""

    def __init__(self, random, folder):
        self.folder = pathlib.Path(folder)
        self.rows = {name: self._rows(random, name) for name in COLUMNS if name != "cl"}
        self.left = []  # of the changelog
        self.rows["cl"] = self._changes(random)

    def _rows(self, random, name):
        count = random.choice([0, 1, 12, 30, 30, 60]) if name != "a" else random.choice([20, 40])
        seconds = 0
        rows = []
        for number in range(count):
            seconds += random.choice([0, 0, 1, 2, 5, 20, 70])
            back = random.choice([0, 0, 3, 9]) if name != "late" else random.choice([0, 2, 30, 200])
            ts = EPOCH + datetime.timedelta(
                seconds=seconds - back, milliseconds=random.choice([0, 0, 1, 500, 999])
            )
            row = {"id": number, "ts": ts}
            for column, kind in COLUMNS[name]:
                if column not in row:
                    null = random.random() < 0.15 and (name, column) != ("r", "ki")
                    row[column] = None if null else self._value(random, column, kind)
            rows.append(tuple(row[column] for column, _ in COLUMNS[name]))
        if rows and name in ("a", "b"):  # the same again but for the id, at the last time
            last = max(row[-1] for row in rows)
            rows += [(count + i,) + row[1:-1] + (last,) for i, row in enumerate(rows[-3:])]
        return rows

    def _changes(self, random):
        """Rows that are inserted, updated and deleted in any order, each while it is there."""
        there, changes = [], []
        kinds = COLUMNS["cl"][1:-1]
        for number in range(random.choice([0, 5, 40, 40, 80])):
            chance = random.random()
            fresh = tuple(
                None if random.random() < 0.1 else self._value(random, *column) for column in kinds
            )
            if chance < 0.5 or not there:
                there.append((number,) + fresh)
                changes.append(there[-1] + ("INSERT",))
                continue
            at = random.randrange(len(there))
            if chance < 0.8:
                changes.append(there[at] + ("UPDATE_BEFORE",))
                there[at] = there[at][:1] + fresh
                changes.append(there[at] + ("UPDATE_AFTER",))
            else:
                changes.append(there.pop(at) + ("DELETE",))
        self.left = there
        return changes

    @staticmethod
    def _value(random, column, kind):
        choose = {
            "INT": lambda: random.choice([0, 1, 2, 3, 4, 5, -1]),
            "SMALLINT": lambda: random.choice([0, 1, 2, 3, 32767, -32768]),
            "BIGINT": lambda: random.choice(BIGS if random.random() < 0.3 else BIGS[:5]),
            "DOUBLE": lambda: random.choice(DOUBLES),
            "DECIMAL": lambda: decimal.Decimal(random.choice(DECIMALS)),
            "STRING": lambda: random.choice(TEXTS),
            "BOOLEAN": lambda: random.random() < 0.5,
            "DATE": lambda: datetime.date(2024, 2, random.choice([1, 28, 29])),
            "TIME": lambda: datetime.time(random.choice([0, 9, 23]), random.choice([0, 59]), 7),
            "LTZ": lambda: EPOCH + datetime.timedelta(hours=random.choice([0, 0, 1, 5, 2000])),
            "FLOAT": lambda: random.choice([0.0, -0.0, 0.1, 1.5, -2.25, 1e10, 16777217.0]),
            "TINYINT": lambda: random.choice([0, 1, 2, 3, 127, -128]),
            "WIDE": lambda: decimal.Decimal(random.choice(WIDES)),
            "ARRAY": lambda: [
                random.choice([None, 1, 2, 3, 3]) for _ in range(random.choice([0, 1, 2, 4]))
            ],
            "ARRAY_OF_STRING": lambda: [
                random.choice(TEXTS) for _ in range(random.choice([0, 1, 3]))
            ],
            "ROW": lambda: {"x": random.choice([None, 1, 2]), "y": random.choice(TEXTS)},
            "MAP": lambda: random.choice([{}, {"p": 1}, {"q": None}]),
        }
        return choose[kind]()

    def write(self):
        """Files for Flink and millrace, and the CREATE TABLE statements over them."""
        statements = []
        for name, columns in COLUMNS.items():
            nested = name == "n"
            path = self.folder / f"{name}.{'json' if nested else 'csv'}"
            line_of = self._json if nested else self._csv
            lines = [line_of(columns, row) for row in self.rows[name]]
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            fields = [f"{column} {FLINK_TYPES[kind]}" for column, kind in columns]
            if name == "r":
                fields.append("PRIMARY KEY (ki) NOT ENFORCED")
            if name in DELAYS:
                fields.append(f"WATERMARK FOR ts AS ts - INTERVAL '{DELAYS[name]}' SECOND")
            kind = "'json'" if nested else f"'csv', 'csv.null-literal' = '{NULL}'"
            statements.append(
                f"CREATE TABLE {name} ({', '.join(fields)}) WITH ('connector' = "
                f"'filesystem', 'path' = '{path}', 'format' = {kind})"
            )
        statements += [f"CREATE VIEW {name} AS {query}" for name, query in VIEWS.items()]
        return statements

    @staticmethod
    def _csv(columns, row):
        def text(value, kind):
            if value is None:
                return NULL
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, datetime.datetime):
                millis = f"{value.microsecond // 1000:03d}" + ("Z" if kind == "LTZ" else "")
                return value.strftime("%Y-%m-%d %H:%M:%S.") + millis
            if isinstance(value, str):
                return '"' + value + '"'
            return str(value)

        return ",".join(text(value, kind) for (_, kind), value in zip(columns, row))

    @staticmethod
    def _json(columns, row):
        return json.dumps(
            {column: value for (column, _), value in zip(columns, row)}, ensure_ascii=False
        )

    def load(self, connection):
        """The tables that DuckDB can have: those with plain types, and the views' rows."""
        kinds = {"STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMP", "DECIMAL": "DECIMAL(10, 2)"}
        plain = [(name, COLUMNS[name], self.rows[name]) for name in ("a", "b", "late", "r")]
        for name, columns, rows in plain + [("ch", VIEW_COLUMNS["ch"], self.left)]:
            fields = ", ".join(f"{column} {kinds.get(kind, kind)}" for column, kind in columns)
            connection.execute(f"CREATE TABLE {name} ({fields})")
            if rows:
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        connection.execute(f"CREATE VIEW va AS {VIEWS['va']}")
