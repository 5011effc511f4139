-- note: the documentation's average below a bound
CREATE TABLE prices (
  symbol STRING, price INT, tax INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/prices.csv', 'format' = 'csv');
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.ts) AS t0, LAST(A.ts) AS t1, AVG(A.price) AS a
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A+ B)
  DEFINE A AS AVG(A.price) < 40) AS m;
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.ts) AS t0, COUNT(A.price) AS na, SUM(B.price) AS sb
  PATTERN (A+ B+ C)
  DEFINE A AS COUNT(A.price) <= 2, B AS SUM(B.price) + SUM(A.price) < 150, C AS C.price * COUNT(*) > SUM(price)) AS m;
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(*) AS n, MAX(A.price) AS m
  PATTERN (A+? B)
  DEFINE B AS B.price > MAX(A.price) + MIN(price) / 5 AND COUNT(A.price) > 1) AS m;
