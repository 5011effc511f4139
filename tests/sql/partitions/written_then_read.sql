-- note: partition columns are in the path, not in the files
CREATE TABLE t (id INT, name STRING, k INT, place STRING) PARTITIONED BY (place, k)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}/t', 'format' = 'csv');
INSERT INTO t VALUES (1, 'a', 1, 'rome'), (2, 'b', 2, 'rome'), (3, 'c', 1, 'oslo');
SELECT * FROM t;
SELECT k, COUNT(*) FROM t GROUP BY k;
SELECT name FROM t WHERE k = 1;
SELECT name FROM t WHERE k = 1 AND place > 'p';
SELECT COUNT(*) FROM t;
CREATE TABLE u (s STRING, id INT, b BOOLEAN, f BIGINT METADATA FROM 'file.size' VIRTUAL, n AS id + 1) PARTITIONED BY (s)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}/u', 'format' = 'json');
INSERT INTO u VALUES ('x y', 1, TRUE), ('a/b=c%', 2, FALSE), ('é', 3, TRUE);
SELECT id, s, b, n, f FROM u;
SELECT s, UPPER(s) FROM u;
