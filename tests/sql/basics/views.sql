-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW v AS SELECT id, UPPER(name) AS n, qty FROM t WHERE qty IS NOT NULL;
CREATE TEMPORARY VIEW w (a, b) AS SELECT id, n FROM v WHERE qty > 0;
CREATE VIEW IF NOT EXISTS v AS SELECT 1;
SELECT * FROM v;
SELECT * FROM w;
SELECT b || '!' FROM w WHERE a < 4;
DROP TEMPORARY VIEW w;
SHOW VIEWS;
