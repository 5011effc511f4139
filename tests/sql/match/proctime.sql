-- modes: straight
-- note: in order of arrival
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3), p AS PROCTIME()
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY p
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A+ B)
  DEFINE A AS A.v = 'a', B AS B.v = 'b', C AS C.v = 'c') AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY p
  MEASURES A.id AS a, LAST(B.id) AS b, MATCH_PROCTIME() IS NULL AS p
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B+? C)
  DEFINE A AS A.v = 'a', C AS C.v = 'c') AS m;
