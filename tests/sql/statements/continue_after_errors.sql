-- note: a statement that fails does not stop the file here; what came before stays
CREATE TABLE t (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT nope FROM t;
SELECT id FROM t;
SELEC 1;
SELECT name FROM t;
