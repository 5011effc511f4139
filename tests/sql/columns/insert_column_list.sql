-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts/p.csv', 'format' = 'csv');
CREATE TABLE s (a INT, b STRING, c BIGINT, d AS a + 1) WITH ('connector' = 'print');
INSERT INTO s (c, a) SELECT qty, id FROM t;
INSERT INTO s SELECT id, name, qty FROM t;
INSERT INTO s VALUES (1, 'x', 2), (3, 'y', 4);
INSERT INTO s (b, a) VALUES ('only', 9);
