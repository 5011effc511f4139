SELECT * FROM (VALUES (1, 'a'), (2, 'bcd'), (3, CAST(NULL AS STRING))) AS v (i, s);
SELECT i + 1, CHAR_LENGTH(s) FROM (VALUES (1, 'a'), (2, 'bcd')) AS v (i, s) WHERE i > 1;
VALUES (1, 2.5), (3, 4.0);
SELECT 1 AS uno, 'x' AS x, TRUE, CAST(NULL AS INT);
SELECT s || '|' FROM (VALUES ('a'), ('bcd')) AS v (s);
