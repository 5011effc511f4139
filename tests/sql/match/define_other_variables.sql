-- note: conditions that look at other variables
CREATE TABLE prices (
  symbol STRING, price INT, tax INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/prices.csv', 'format' = 'csv');
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS a, FIRST(B.price) AS fb, LAST(B.price) AS lb, C.price AS c
  PATTERN (A B{2,4}? C)
  DEFINE B AS B.price > A.price - 3, C AS C.price > LAST(B.price) AND C.tax <> A.tax) AS m;
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES COUNT(*) AS n
  PATTERN (A B C)
  DEFINE A AS C.price IS NULL, B AS A.tax <= B.tax, C AS C.ts <= A.ts + INTERVAL '4' SECOND) AS m;
