-- order: exact
CREATE TABLE t (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/nowhere.csv', 'format' = 'csv');
SELECT * FROM t /*+ OPTIONS('path' = '${DATA}/t.csv') */;
