-- order: exact
CREATE TABLE t (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/text.json', 'format' = 'json');
SELECT id, s, CHAR_LENGTH(s), UPPER(s), LOWER(s), REVERSE(s) FROM t;
SELECT id, SUBSTRING(s, 2, 3), SUBSTRING(s, -2), LEFT(s, 1), RIGHT(s, 1), POSITION('é' IN s) FROM t;
