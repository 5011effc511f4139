-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT s.n, s.l FROM (SELECT name AS n, CHAR_LENGTH(name) AS l, ok FROM t) AS s WHERE s.ok;
SELECT a + 1 FROM (SELECT a * 2 AS a FROM (SELECT id AS a FROM t WHERE id < 4));
SELECT x FROM (SELECT id, name FROM t) AS q (x, y) WHERE y IS NOT NULL;
