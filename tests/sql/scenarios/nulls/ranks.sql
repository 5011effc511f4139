CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, v FROM t ORDER BY v NULLS FIRST, id LIMIT 3;
SELECT id, v FROM t ORDER BY v DESC, id LIMIT 3;
SELECT id, v FROM t ORDER BY v DESC NULLS LAST, id DESC LIMIT 3;
SELECT * FROM (SELECT k, id, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v, id) AS n FROM t) WHERE n <= 2;
SELECT k, id FROM (SELECT k, id, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t) WHERE n = 1;
