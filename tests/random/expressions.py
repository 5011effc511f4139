# SPDX-License-Identifier: Apache-2.0
"""Typed random expressions, each as a text for Flink (and millrace) and, where both mean the
same, one for DuckDB."""

NUMBERS = ("SMALLINT", "INT", "INT", "BIGINT", "BIGINT", "DECIMAL", "DECIMAL", "DOUBLE", "DOUBLE")
RARE = ("TIME", "LTZ", "FLOAT", "TINYINT", "WIDE")
RARE_NUMBERS = ("FLOAT", "TINYINT", "WIDE")
SCALARS = (
    "INT",
    "INT",
    "BIGINT",
    "STRING",
    "STRING",
    "BOOLEAN",
    "DECIMAL",
    "DOUBLE",
    "DATE",
    "TIMESTAMP",
)
COMPARED = ("INT", "INT", "BIGINT", "STRING", "DECIMAL", "DATE", "TIMESTAMP", "SMALLINT", "DOUBLE")


class Expression:
    """`text` for Flink; `duck` is None where DuckDB has no equal."""

    def __init__(self, kind, text, duck=None):
        self.kind, self.text, self.duck = kind, text, duck


def make(kind, template, parts=(), duck=None):
    """`template` with its parts; `duck`: the form for DuckDB, "" if there is none."""
    text = template.format(*[part.text for part in parts])
    other = None
    if duck != "" and all(part.duck is not None for part in parts):
        other = (duck or template).format(*[part.duck for part in parts])
    return Expression(kind, text, other)


# kind -> [(template, kinds of the parts, form for DuckDB)]
FORMS = {
    "INT": [
        ("({0} + {1})", "INT INT", None),
        ("({0} - {1})", "INT INT", None),
        ("({0} * {1})", "INT INT", None),
        ("({0} / 3)", "INT", "({0} // 3)"),
        ("({0} / NULLIF({1}, 0))", "INT INT", "({0} // NULLIF({1}, 0))"),
        ("({0} % 4)", "INT", None),
        ("MOD({0}, 5)", "INT", None),
        ("(- {0})", "INT", None),
        ("ABS({0})", "INT", None),
        ("SIGN({0})", "INT", None),
        ("CHAR_LENGTH({0})", "STRING", "length({0})"),
        ("POSITION('a' IN {0})", "STRING", None),
        ("CAST({0} AS INT)", "BOOLEAN", None),
        ("CAST({0} AS INT)", "SMALLINT", None),
        ("CAST({0} AS INT)", "BIGINT", ""),
        ("CAST({0} AS INT)", "DOUBLE", ""),
        ("CAST({0} AS INT)", "DECIMAL", ""),
        ("TRY_CAST({0} AS INT)", "STRING", ""),
        ("ASCII({0})", "STRING", ""),
        ("GREATEST({0}, {1})", "INT INT", ""),
        ("LEAST({0}, {1})", "INT INT", ""),
        ("CARDINALITY(SPLIT({0}, 'a'))", "STRING", ""),
        ("LOCATE('b', {0})", "STRING", ""),
        ("CAST(EXTRACT(DAY FROM {0}) AS INT)", "TIMESTAMP", None),
        ("TIMESTAMPDIFF(SECOND, {0}, {1})", "TIMESTAMP TIMESTAMP", ""),
        ("TIMESTAMPDIFF(MONTH, {0}, {1})", "TIMESTAMP TIMESTAMP", ""),
    ],
    "BIGINT": [
        ("({0} + {1})", "BIGINT INT", None),
        ("({0} - {1})", "INT BIGINT", None),
        ("({0} * {1})", "BIGINT BIGINT", None),
        ("CAST({0} AS BIGINT)", "INT", None),
        ("({0} / NULLIF({1}, 0))", "BIGINT INT", "({0} // NULLIF({1}, 0))"),
        ("CAST({0} AS BIGINT)", "DOUBLE", ""),
        ("CAST({0} AS BIGINT)", "DECIMAL", ""),
        ("ABS({0})", "BIGINT", None),
        ("TRY_CAST({0} AS BIGINT)", "STRING", ""),
        ("EXTRACT(HOUR FROM {0})", "TIMESTAMP", None),
        ("MINUTE({0})", "TIMESTAMP", None),
        ("EXTRACT(YEAR FROM {0})", "DATE", None),
        ("DAYOFWEEK({0})", "DATE", ""),
        ("EXTRACT(WEEK FROM {0})", "DATE", None),
        ("EXTRACT(DOY FROM {0})", "TIMESTAMP", None),
        ("EXTRACT(HOUR FROM {0})", "LTZ", ""),
        ("EXTRACT(MINUTE FROM {0})", "TIME", ""),
        ("CAST({0} AS BIGINT)", "WIDE", ""),
        ("MOD({0}, CAST(7 AS BIGINT))", "BIGINT", None),
    ],
    "SMALLINT": [("CAST({0} AS SMALLINT)", "INT", ""), ("({0} + {1})", "SMALLINT SMALLINT", "")],
    "DOUBLE": [
        ("({0} + {1})", "DOUBLE DOUBLE", None),
        ("({0} * {1})", "DOUBLE INT", None),
        ("({0} - {1})", "DOUBLE DOUBLE", None),
        ("({0} / {1})", "DOUBLE DOUBLE", ""),
        ("CAST({0} AS DOUBLE)", "INT", None),
        ("CAST({0} AS DOUBLE)", "DECIMAL", None),
        ("CAST({0} AS DOUBLE)", "BIGINT", None),
        ("ABS({0})", "DOUBLE", None),
        ("FLOOR({0})", "DOUBLE", None),
        ("CEIL({0})", "DOUBLE", None),
        ("SQRT(ABS({0}))", "DOUBLE", None),
        ("ROUND({0}, 1)", "DOUBLE", ""),
        ("POWER({0}, 2)", "DOUBLE", None),
        ("CAST({0} AS DOUBLE)", "FLOAT", ""),
        ("CAST({0} AS DOUBLE)", "WIDE", ""),
        ("({0} * {1})", "FLOAT DOUBLE", ""),
        ("TRY_CAST({0} AS DOUBLE)", "STRING", ""),
    ],
    "DECIMAL": [
        ("({0} + {1})", "DECIMAL DECIMAL", ""),
        ("({0} - {1})", "DECIMAL INT", ""),
        ("({0} * {1})", "DECIMAL DECIMAL", ""),
        ("({0} / NULLIF({1}, 0))", "DECIMAL DECIMAL", ""),
        ("CAST({0} AS DECIMAL(10, 2))", "INT", None),
        ("ABS({0})", "DECIMAL", None),
        ("CAST({0} AS DECIMAL(10, 2))", "DOUBLE", ""),
        ("ROUND({0}, 1)", "DECIMAL", ""),
        ("CAST({0} AS DECIMAL(20, 4))", "DECIMAL", ""),
        ("FLOOR({0})", "DECIMAL", ""),
        ("({0} % 3)", "DECIMAL", ""),
        ("TRUNCATE({0}, 1)", "DECIMAL", ""),
    ],
    "STRING": [
        ("UPPER({0})", "STRING", None),
        ("LOWER({0})", "STRING", None),
        ("({0} || {1})", "STRING STRING", None),
        ("SUBSTRING({0}, 2)", "STRING", None),
        ("SUBSTRING({0}, 1, 1)", "STRING", None),
        ("SUBSTRING({0} FROM {1} FOR 2)", "STRING INT", ""),
        ("TRIM({0})", "STRING", None),
        ("CAST({0} AS STRING)", "INT", "CAST({0} AS VARCHAR)"),
        ("CAST({0} AS STRING)", "BIGINT", "CAST({0} AS VARCHAR)"),
        ("CAST({0} AS STRING)", "DOUBLE", ""),
        ("CAST({0} AS STRING)", "DECIMAL", ""),
        ("CAST({0} AS STRING)", "BOOLEAN", ""),
        ("CAST({0} AS STRING)", "TIMESTAMP", ""),
        ("CAST({0} AS STRING)", "DATE", "CAST({0} AS VARCHAR)"),
        ("CAST({0} AS CHAR(3))", "STRING", ""),
        ("CAST({0} AS VARCHAR(2))", "STRING", ""),
        ("CONCAT({0}, '-', {1})", "STRING STRING", ""),
        ("CONCAT_WS('/', {0}, {1})", "STRING STRING", ""),
        ("REPLACE({0}, 'a', 'c')", "STRING", None),
        ("REVERSE({0})", "STRING", ""),
        ("LPAD({0}, 3, 'x')", "STRING", ""),
        ("INITCAP({0})", "STRING", ""),
        ("LEFT({0}, 2)", "STRING", ""),
        ("REPEAT({0}, 2)", "STRING", None),
        ("MD5({0})", "STRING", None),
        ("REGEXP_REPLACE({0}, '[a-b]+', '_')", "STRING", ""),
        ("REGEXP_EXTRACT({0}, '(.)b', 1)", "STRING", ""),
        ("SPLIT_INDEX({0}, 'b', 0)", "STRING", ""),
        ("DATE_FORMAT({0}, 'yyyy-MM HH:mm')", "TIMESTAMP", ""),
        ("HEX({0})", "INT", ""),
        ("TO_BASE64({0})", "STRING", ""),
        ("JSON_VALUE('{{\"a\": 5}}', '$.a')", "", ""),
        ("TRANSLATE({0}, 'ab', 'x')", "STRING", ""),
        ("OVERLAY({0} PLACING 'q' FROM 1)", "STRING", ""),
        ("CAST({0} AS STRING)", "TIME", ""),
        ("CAST({0} AS STRING)", "LTZ", ""),
        ("CAST({0} AS STRING)", "FLOAT", ""),
        ("CAST({0} AS STRING)", "WIDE", ""),
        ("DATE_FORMAT({0}, 'dd HH')", "LTZ", ""),
        ("CAST({0} AS STRING)", "TINYINT", ""),
        ("ELT({0}, {1}, 'two')", "INT STRING", ""),
        ("RTRIM({0})", "STRING", None),
        ("IF({0}, {1}, 'no')", "BOOLEAN STRING", ""),
    ],
    "BOOLEAN": [
        ("({0} AND {1})", "BOOLEAN BOOLEAN", None),
        ("({0} OR {1})", "BOOLEAN BOOLEAN", None),
        ("(NOT {0})", "BOOLEAN", None),
        ("({0} IS TRUE)", "BOOLEAN", None),
        ("({0} IS NOT FALSE)", "BOOLEAN", None),
        ("({0} IS UNKNOWN)", "BOOLEAN", "({0} IS NULL)"),
        ("({0} IN (1, 2, 5))", "INT", None),
        ("({0} NOT IN (1, 2))", "INT", None),
        ("({0} IN ('a', 'ab', 'é'))", "STRING", None),
        ("({0} LIKE 'a%')", "STRING", None),
        ("({0} LIKE '%b_')", "STRING", None),
        ("({0} LIKE '%!%%' ESCAPE '!')", "STRING", None),
        ("({0} NOT LIKE '_')", "STRING", None),
        ("({0} SIMILAR TO '(a|b)+')", "STRING", ""),
        ("({0} BETWEEN {1} AND {2})", "INT INT INT", None),
        ("({0} NOT BETWEEN {1} AND {2})", "DECIMAL DECIMAL DECIMAL", None),
        ("({0} BETWEEN SYMMETRIC {1} AND {2})", "INT INT INT", ""),
        ("REGEXP({0}, '^a')", "STRING", ""),
        ("({0} = {1})", "INT BIGINT", None),
        ("({0} < {1})", "INT DECIMAL", None),
        ("({0} >= {1})", "DOUBLE INT", None),
        ("({0} = DATE '2024-02-29')", "DATE", None),
    ],
    "TIME": [
        ("CAST({0} AS TIME)", "TIMESTAMP", ""),
        ("CAST({0} AS TIME)", "LTZ", ""),
        ("({0} + INTERVAL '2' HOUR)", "TIME", ""),
        ("TRY_CAST({0} AS TIME)", "STRING", ""),
    ],
    "LTZ": [
        ("CAST({0} AS TIMESTAMP_LTZ(3))", "TIMESTAMP", ""),
        ("TO_TIMESTAMP_LTZ({0} % 1000000000, 3)", "BIGINT", ""),
        ("({0} + INTERVAL '1' DAY)", "LTZ", ""),
        ("FLOOR({0} TO HOUR)", "LTZ", ""),
    ],
    "FLOAT": [
        ("CAST({0} AS FLOAT)", "DOUBLE", ""),
        ("CAST({0} AS FLOAT)", "INT", ""),
        ("({0} + {1})", "FLOAT FLOAT", ""),
        ("({0} * {1})", "FLOAT INT", ""),
        ("ABS({0})", "FLOAT", ""),
        ("TRY_CAST({0} AS FLOAT)", "STRING", ""),
    ],
    "TINYINT": [
        ("CAST({0} AS TINYINT)", "INT", ""),
        ("({0} + {1})", "TINYINT TINYINT", ""),
        ("TRY_CAST({0} AS TINYINT)", "STRING", ""),
        ("ABS({0})", "TINYINT", ""),
    ],
    "WIDE": [
        ("CAST({0} AS DECIMAL(30, 6))", "DECIMAL", ""),
        ("CAST(({0} + {1}) AS DECIMAL(30, 6))", "WIDE DECIMAL", ""),
        ("CAST(({0} * {1}) AS DECIMAL(30, 6))", "WIDE INT", ""),
        ("CAST({0} / NULLIF({1}, 0) AS DECIMAL(30, 6))", "WIDE WIDE", ""),
        ("ABS({0})", "WIDE", ""),
    ],
    "DATE": [
        ("CAST({0} AS DATE)", "LTZ", ""),
        ("CAST({0} AS DATE)", "TIMESTAMP", None),
        ("({0} + INTERVAL '1' DAY)", "DATE", ""),
        ("({0} - INTERVAL '1' MONTH)", "DATE", ""),
        ("TO_DATE({0})", "STRING", ""),
    ],
    "TIMESTAMP": [
        ("({0} + INTERVAL '90' SECOND)", "TIMESTAMP", None),
        ("({0} - INTERVAL '1' MONTH)", "TIMESTAMP", None),
        ("FLOOR({0} TO HOUR)", "TIMESTAMP", "date_trunc('hour', {0})"),
        ("CEIL({0} TO MINUTE)", "TIMESTAMP", ""),
        ("CAST({0} AS TIMESTAMP(3))", "DATE", "CAST({0} AS TIMESTAMP)"),
        ("FLOOR({0} TO DAY)", "TIMESTAMP", "date_trunc('day', {0})"),
        ("TIMESTAMPADD(MINUTE, {1}, {0})", "TIMESTAMP INT", ""),
        ("TRY_CAST({0} AS TIMESTAMP(3))", "STRING", ""),
        ("CAST({0} AS TIMESTAMP(3))", "LTZ", ""),
    ],
}
LITERALS = {
    "INT": ["0", "1", "2", "5", "(-1)", "10", "2147483647"],
    "BIGINT": ["CAST(3 AS BIGINT)", "2147483648", "9223372036854775807"],
    "SMALLINT": ["CAST(2 AS SMALLINT)"],
    "DOUBLE": ["1.5e0", "0e0", "1e3"],
    "DECIMAL": ["0.5", "12.34", "(-1.0)"],
    "BOOLEAN": ["TRUE", "FALSE"],
    "STRING": ["'a'", "'ab'", "''", "'é'", "'it''s'"],
    "DATE": ["DATE '2024-02-29'"],
    "TIME": ["TIME '23:59:07'"],
    "LTZ": ["CAST(TIMESTAMP '2024-02-29 00:00:00.500' AS TIMESTAMP_LTZ(3))"],
    "FLOAT": ["CAST(1.5 AS FLOAT)"],
    "TINYINT": ["CAST(2 AS TINYINT)"],
    "WIDE": ["CAST(1.25 AS DECIMAL(30, 6))"],
    "TIMESTAMP": ["TIMESTAMP '2024-02-29 00:00:00.500'"],
}
DUCK_TYPES = {"STRING": "VARCHAR", "DECIMAL": "DECIMAL(10, 2)"}
FLINK_NULLS = {
    "DECIMAL": "DECIMAL(10, 2)",
    "TIMESTAMP": "TIMESTAMP(3)",
    "LTZ": "TIMESTAMP_LTZ(3)",
    "WIDE": "DECIMAL(30, 6)",
}


class ExpressionMaker:
    """Draws expressions over a scope: a list of Expression, the columns one can name."""

    def __init__(self, random):
        self.random = random

    def column(self, kind, scope):
        found = [column for column in scope if column.kind == kind]
        return self.random.choice(found) if found else None

    def leaf(self, kind, scope):
        chance = self.random.random()
        column = self.column(kind, scope)
        if column is not None and chance < 0.9:
            return column
        if chance > 0.98:
            return make(
                kind,
                f"CAST(NULL AS {FLINK_NULLS.get(kind, kind)})",
                duck="" if kind in RARE else f"CAST(NULL AS {DUCK_TYPES.get(kind, kind)})",
            )
        text = self.random.choice(LITERALS[kind]).replace("{", "{{").replace("}", "}}")
        return make(kind, text, duck="" if kind in RARE else None)

    def any(self, scope, depth=2):
        rare = [kind for kind in RARE if self.column(kind, scope)]
        if rare and self.random.random() < 0.4 or self.random.random() < 0.04:
            return self.of(self.random.choice(rare or RARE), scope, depth)
        kinds = [kind for kind in SCALARS if self.column(kind, scope)]
        return self.of(self.random.choice(kinds or SCALARS), scope, depth)

    def number(self, scope):
        """The kind of a number to be aggregated."""
        rare = [kind for kind in RARE_NUMBERS if self.column(kind, scope)]
        return self.random.choice(rare if rare and self.random.random() < 0.5 else NUMBERS)

    def of(self, kind, scope, depth=2):
        chance = self.random.random()
        if depth <= 0 or chance < 0.35 or kind not in FORMS:
            return self.leaf(kind, scope)
        if chance < 0.42:
            return make(
                kind,
                "CASE WHEN {0} THEN {1} ELSE {2} END",
                [
                    self.of("BOOLEAN", scope, depth - 1),
                    self.of(kind, scope, depth - 1),
                    self.of(kind, scope, depth - 1),
                ],
            )
        if chance < 0.46:
            return make(
                kind,
                "CASE {0} WHEN 1 THEN {1} WHEN 2 THEN {2} END",
                [
                    self.of("INT", scope, 0),
                    self.of(kind, scope, depth - 1),
                    self.of(kind, scope, depth - 1),
                ],
            )
        if chance < 0.50:
            return make(
                kind,
                "COALESCE({0}, {1})",
                [self.of(kind, scope, depth - 1), self.leaf(kind, scope)],
            )
        if chance < 0.53:
            return make(
                kind, "NULLIF({0}, {1})", [self.of(kind, scope, depth - 1), self.leaf(kind, scope)]
            )
        if kind == "BOOLEAN" and chance < 0.8:
            return self.comparison(scope, depth)
        template, parts, duck = self.random.choice(FORMS[kind])
        return make(
            kind, template, [self.of(part, scope, depth - 1) for part in parts.split()], duck
        )

    def comparison(self, scope, depth):
        rare = [kind for kind in RARE if self.column(kind, scope)]
        kind = self.random.choice(rare if rare and self.random.random() < 0.4 else COMPARED)
        left = self.of(kind, scope, depth - 1)
        chance = self.random.random()
        if chance < 0.2:
            return make("BOOLEAN", "({0} IS NULL)" if chance < 0.1 else "({0} IS NOT NULL)", [left])
        right = self.of(kind, scope, depth - 1)
        sign = self.random.choice(
            ["=", "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]
        )
        return make("BOOLEAN", "({0} " + sign + " {1})", [left, right])
