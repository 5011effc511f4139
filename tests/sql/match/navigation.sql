-- note: FIRST and LAST with offsets, over a variable and over all
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(A.id) AS fa, FIRST(A.id, 1) AS fa1, LAST(A.id) AS la, LAST(A.id, 1) AS la1, LAST(A.id, 9) AS la9, FIRST(id, 1) AS f1, LAST(id, 1) AS l1, id AS plain, A.id AS pa, FINAL LAST(B.id) AS lb, C.id AS c, FIRST(A.x * 2 + A.id) AS e, LAST(COALESCE(A.x, 0), 2) AS c0, COALESCE(LAST(A.x, 2), -1) AS c1, LAST(5) AS five
  PATTERN (A+ B+ C)
  DEFINE A AS A.v = 'a', B AS B.v = 'b') AS m;
