-- note: several ways to match from one row: which goes out
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, COUNT(A.id) AS na, COUNT(B.id) AS nb, COUNT(C.id) AS nc
  PATTERN (A+? B+? C)
  DEFINE A AS A.x > 3, B AS B.x > 3, C AS C.x > 25) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, COUNT(A.id) AS na, COUNT(B.id) AS nb, COUNT(C.id) AS nc
  PATTERN (A+? B+? C)
  DEFINE A AS A.x > 3, B AS B.x > 3, C AS C.x > 25) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, COUNT(A.id) AS na, COUNT(B.id) AS nb, COUNT(C.id) AS nc
  PATTERN (A*? B*? C D)
  DEFINE A AS A.x > 3, B AS B.x > 6, C AS C.x > 9, D AS D.x > 20) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, COUNT(A.id) AS na, COUNT(B.id) AS nb, COUNT(C.id) AS nc
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A+? B? C+? D)
  DEFINE A AS A.x > 3, B AS B.x > 6, C AS C.x > 9, D AS D.x > 20) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
   ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n, COUNT(A.id) AS na, COUNT(B.id) AS nb, COUNT(C.id) AS nc
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A+? B{1,3}? C{0,2}? D)
  DEFINE A AS A.x > 3, B AS B.x > 6, C AS C.x > 9, D AS D.x > 20) AS m;
