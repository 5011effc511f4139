-- note: parentheses around variables in a row
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN (A (B C))
  DEFINE A AS A.v = 'a') AS m;
SELECT * FROM ticks MATCH_RECOGNIZE (
  PARTITION BY k ORDER BY ts
  MEASURES FIRST(id) AS f, LAST(id) AS l, COUNT(*) AS n
  PATTERN ((A B) C)
  DEFINE A AS A.v = 'a') AS m;
