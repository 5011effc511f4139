-- note: the input is a query, a window, a view; the result is joined
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, a, b + 1 AS b1 FROM (SELECT k, ts, id, x * 2 AS x2 FROM ticks WHERE x > 8)
MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.x2 AS a, B.x2 AS b PATTERN (A B) DEFINE B AS B.x2 > A.x2) WHERE a > 20;
SELECT * FROM (SELECT k, window_time AS wt, SUM(x) AS s FROM TUMBLE(TABLE ticks, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end, window_time)
MATCH_RECOGNIZE (PARTITION BY k ORDER BY wt MEASURES A.s AS a, LAST(B.s) AS b, COUNT(*) AS n AFTER MATCH SKIP PAST LAST ROW PATTERN (A B+ C) DEFINE B AS B.s > LAST(s, 1)) AS m;
