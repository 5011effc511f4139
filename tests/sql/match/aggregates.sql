-- note: over a variable, over all, of expressions
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES COUNT(*) AS n, COUNT(A.x) AS na, SUM(A.x) AS sa, AVG(A.x) AS aa, MIN(B.x) AS mb, MAX(x) AS mx, SUM(A.x * 2 + 1) AS se, SUM(x) - SUM(B.x) AS d, AVG(CAST(x AS DOUBLE)) AS ad, COUNT(C.x) AS nc, SUM(C.x) AS sc, LISTAGG(v) AS vs
  PATTERN (A+ B C?)
  DEFINE A AS A.v = 'a', B AS B.v = 'b', C AS C.v = 'c') AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST_VALUE(A.x) AS fv, LAST_VALUE(x) AS lv, STDDEV_POP(A.x) AS sd, MAX(A.v) AS mv, MIN(ts) AS t
  PATTERN (A{2,} B)
  DEFINE A AS A.v = 'a', B AS B.v = 'b', C AS C.v = 'c') AS m;
