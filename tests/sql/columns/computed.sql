-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, total AS qty * 10, label AS name || '#' || CAST(id AS STRING))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts/p.csv', 'format' = 'csv');
SELECT * FROM t;
SELECT label FROM t WHERE total > 100;
DESCRIBE t;
