-- order: exact
CREATE TABLE IF NOT EXISTS t (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
CREATE TABLE IF NOT EXISTS t (other INT) WITH ('connector' = 'print');
SELECT * FROM t;
DROP TABLE t;
DROP TABLE IF EXISTS t;
SELECT * FROM t;
CREATE TEMPORARY TABLE t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT b, a FROM t;
