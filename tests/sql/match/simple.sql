-- note: two rows in a row
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES A.id AS a, B.id AS b, MATCH_ROWTIME() AS rt
  PATTERN (A B)
  DEFINE A AS A.v = 'a', B AS B.v = 'b', C AS C.v = 'c') AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES A.id AS a, B.id AS b
  PATTERN (A B)
  DEFINE A AS A.v = 'a', B AS B.v = 'b', C AS C.v = 'c') AS m;
