-- order: exact
CREATE TABLE t (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
CREATE TABLE p (id INT, name STRING) WITH ('connector' = 'print');
INSERT INTO p VALUES (1, 'x');
INSERT INTO p SELECT * FROM t WHERE id > 100;
INSERT INTO p (name) VALUES ('only name');
INSERT INTO p SELECT id, CAST(NULL AS STRING) FROM t;
