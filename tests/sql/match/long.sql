-- note: longer patterns
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, COUNT(A.id) AS na, COUNT(B.id) AS nb, COUNT(C.id) AS nc, COUNT(D.id) AS nd
  PATTERN (A B{2,3}? C* D)
  DEFINE A AS A.x > 2, B AS B.x > 4, C AS C.v = 'a', D AS D.v <> 'a') AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A B C D E F G H)
  DEFINE A AS A.v = 'a', H AS H.x > 9) AS m;
