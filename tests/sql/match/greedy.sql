-- note: a greedy variable takes what it can, also from those behind it
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A+ B)
  DEFINE A AS A.x > 5, B AS B.x > 10) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A* B C)
  DEFINE A AS A.v <> 'c', B AS B.x > 10) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A{2,} B)
  DEFINE A AS A.x > 5) AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A{1,3} B)
  DEFINE A AS A.x > 5) AS m;
