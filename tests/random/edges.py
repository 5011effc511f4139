# SPDX-License-Identifier: Apache-2.0
"""Edge values of each kind of argument, as Flink writes them, and kinds that stand for several."""


def casts(kind, *texts):
    return [f"CAST({text} AS {kind})" for text in texts]


def strings(*texts):
    return casts("STRING", *["'" + text.replace("'", "''") + "'" for text in texts], "NULL")


EDGES = {
    "TINYINT": casts("TINYINT", "0", "7", "-1", "127", "-128", "NULL"),
    "SMALLINT": casts("SMALLINT", "0", "7", "-1", "32767", "-32768", "NULL"),
    "INT": ["0", "1", "-1", "5", "10", "2147483647", "(-2147483647 - 1)", "CAST(NULL AS INT)"],
    "BIGINT": casts("BIGINT", "0", "3", "-1", "9223372036854775807", "4294967296", "NULL"),
    "FLOAT": casts("FLOAT", "0", "1.5", "-2.25", "16777216", "1e30", "NULL"),
    "DOUBLE": ["0e0", "1.5e0", "-2.5e0", "1e300", "1e-7", "123456.789e0", "CAST(NULL AS DOUBLE)"],
    "DECIMAL": ["0.00", "1.50", "-0.01", "99999999.99", "12.345", "CAST(NULL AS DECIMAL(10, 2))"],
    "WIDE": casts("DECIMAL(38, 18)", "'12345678901234567890.123456789012345678'", "-0.5", "NULL"),
    "BOOLEAN": ["TRUE", "FALSE", "CAST(NULL AS BOOLEAN)"],
    "STRING": strings(
        "",
        "a",
        "ab",
        "Ab c",
        " 12 ",
        "-7",
        "true",
        "é日本",
        "😀",
        "a%_b",
        "2024-02-29",
        "2024-02-29 12:34:56.789",
        "aXbXc",
    ),
    "CHARS": casts("CHAR(3)", "'a'", "'abc'", "'é日'", "NULL"),
    "BYTES": ["X'00FF'", "X''", "CAST('ab' AS BYTES)", "X'C3A9'", "CAST(NULL AS BYTES)"],
    "DATE": ["DATE '2024-02-29'", "DATE '1970-01-01'", "DATE '2023-12-31'", "CAST(NULL AS DATE)"],
    "TIME": ["TIME '00:00:00'", "TIME '12:34:56'", "TIME '23:59:59'", "CAST(NULL AS TIME(0))"],
    "TIMESTAMP": [
        "TIMESTAMP '2024-02-29 23:59:59.999'",
        "TIMESTAMP '1970-01-01 00:00:00.000'",
        "TIMESTAMP '2023-12-31 12:00:00.500'",
        "CAST(NULL AS TIMESTAMP(3))",
    ],
    "LTZ": [
        "TO_TIMESTAMP_LTZ(1709251199999, 3)",
        "TO_TIMESTAMP_LTZ(0, 3)",
        "TO_TIMESTAMP_LTZ(1704024000500, 3)",
        "CAST(NULL AS TIMESTAMP_LTZ(3))",
    ],
    "MICROS": ["TIMESTAMP '2024-02-29 23:59:59.123456'", "CAST(NULL AS TIMESTAMP(6))"],
    "SPAN": ["INTERVAL '1' DAY", "INTERVAL '-3:30' HOUR TO MINUTE", "INTERVAL '90' SECOND"],
    "MONTHS": ["INTERVAL '1' MONTH", "INTERVAL '-2-3' YEAR TO MONTH", "INTERVAL '100' YEAR(3)"],
    "COUNT": ["0", "1", "2", "3", "7", "-1", "-2", "CAST(NULL AS INT)"],
    "INTS": [
        "ARRAY[1, 2, 2]",
        "ARRAY[3, CAST(NULL AS INT), 1]",
        "ARRAY[-1]",
        "ARRAY[CAST(NULL AS INT)]",
        "CAST(NULL AS ARRAY<INT>)",
    ],
    "STRINGS": [
        "ARRAY['a', 'b', 'a']",
        "ARRAY['', CAST(NULL AS STRING), 'é']",
        "ARRAY['b']",
        "CAST(NULL AS ARRAY<STRING>)",
    ],
    "MAP": [
        "MAP['a', 1, 'b', 2]",
        "MAP['b', CAST(NULL AS INT), 'c', 3]",
        "CAST(NULL AS MAP<STRING, INT>)",
    ],
    "JSON": strings(
        '{"a": 1, "b": [1, 2.50, null], "c": {"d": "x"}}',
        '{"a": {"b": true}}',
        "[1, 2, 3]",
        "[]",
        "{}",
        '"text"',
        "12",
        "null",
        "{bad",
        "",
    ),
    "PATH": ["'$'", "'$.a'", "'$.b[0]'", "'$.c.d'", "'lax $.x'", "'strict $.x'", "'$[1]'"],
    "URL": strings(
        "http://user:pw@example.org:8080/a/b.html?q=1&r=a%20b#top",
        "https://example.org",
        "ftp://h/p?x",
        "no url",
        "",
    ),
    "REGEX": strings("a", "^a", "(a)(b)?", "[a-z]+", "b$", "", "(", "\\d+", "X|b"),
    "PATTERN": strings("a%", "%b_", "_", "%", "", "a\\%%"),
    "BASE64": strings("YWI=", "4pi6", "", "?", "YQ"),
    "HEXES": strings("6162", "61f", "", "zz", "C3A9"),
    "ADDRESS": strings("127.0.0.1", "255.255.255.255", "10.1", "300.1.1.1", "a", ""),
    "ZONE": ["'UTC'", "'Asia/Tokyo'", "'America/Los_Angeles'", "'Nowhere'"],
    "CHARSET": ["'UTF-8'", "'US-ASCII'", "'UTF-16BE'", "'ISO-8859-1'"],
    "CLOCK": strings("2024-02-29 12:34:56", "2024-03-10 02:30:00", "2024-02-29", "x", ""),
    "FORM": ["'yyyy-MM-dd'", "'yyyyMMdd HHmmss'", "'dd/MM/yy'", "'HH:mm:ss.SSS'", "'yyyy-MM'"],
    "NUMERAL": strings("1", "-1.5", "1e3", " 7", "0x1", ".5", "NaN", "99999999999999999999"),
    "BITMAP": [
        "BITMAP_BUILD(ARRAY[1, 3, 5])",
        "BITMAP_BUILD(ARRAY[3, -1])",
        "BITMAP_BUILD(CAST(NULL AS ARRAY<INT>))",
    ],
    "VARIANT": [
        """PARSE_JSON('{"a": 1, "b": [1, 2.50, null]}')""",
        "PARSE_JSON('[1, 2]')",
        "PARSE_JSON('12')",
        "TRY_PARSE_JSON('{bad')",
    ],
}
NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "WIDE", "FLOAT", "DOUBLE")
SIMPLE = NUMBERS + ("BOOLEAN", "STRING", "CHARS", "DATE", "TIME", "TIMESTAMP", "LTZ")
# Kinds that stand for one of several, drawn for each expression.
ONE_OF = {
    "INTEGER": NUMBERS[:4],
    "EXACT": NUMBERS[:6],
    "NUMBER": NUMBERS,
    "DAY": ("DATE", "TIMESTAMP", "LTZ", "MICROS"),
    "MOMENT": ("TIMESTAMP", "LTZ", "MICROS"),
    "POINT": ("DATE", "TIME", "TIMESTAMP", "LTZ"),
    "TEXT": ("STRING", "STRING", "CHARS"),
    "OCTETS": ("STRING", "BYTES"),
    "ORDERED": SIMPLE,
    "ANY": SIMPLE + ("BYTES", "MICROS"),
    "VALUE": SIMPLE + ("BYTES", "INTS", "STRINGS", "MAP"),
    "LIST": ("INTS", "STRINGS"),
}
