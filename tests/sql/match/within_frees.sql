-- note: a match that began earlier takes too long, and so frees later ones
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, MATCH_ROWTIME() AS rt
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B+ C) WITHIN INTERVAL '5' SECOND
  DEFINE A AS A.v = 'a', B AS B.v = 'b' OR B.x > LAST(B.x, 1) OR LAST(B.x, 1) IS NULL, C AS C.x < 6) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A+? B+? C) WITHIN INTERVAL '6' SECOND
  DEFINE A AS A.x > 3, B AS B.x > 3, C AS C.x > 25) AS m;
