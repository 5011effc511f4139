CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.id AS a, B.id AS b, B.v + A.v AS s PATTERN (A B) DEFINE B AS B.v IS NULL OR A.v IS NULL);
SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES COUNT(A.v) AS n, COUNT(*) AS rows_, SUM(A.v) AS s, LAST(A.k) AS k AFTER MATCH SKIP PAST LAST ROW PATTERN (A{2} B) DEFINE B AS B.id > 0);
