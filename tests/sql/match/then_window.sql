-- note: the time of a match is event time
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW found AS SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts MEASURES MATCH_ROWTIME() AS rt, A.id AS a, COUNT(*) AS n
  PATTERN (A+ B) DEFINE A AS A.v = 'a', B AS B.v = 'b') AS m;
SELECT k, window_start, COUNT(*) AS c, SUM(n) AS s FROM TUMBLE(TABLE found, DESCRIPTOR(rt), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end;
SELECT k, rt, n, SUM(n) OVER (PARTITION BY k ORDER BY rt) AS s FROM found;
SELECT a, n FROM found WHERE n > 2;
SELECT k, COUNT(*) AS c FROM found GROUP BY k;
