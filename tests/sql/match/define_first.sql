-- note: conditions that look at the first row
CREATE TABLE prices (
  symbol STRING, price INT, tax INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/prices.csv', 'format' = 'csv');
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.price) AS f, LAST(A.price) AS l, B.price AS b
  PATTERN (A+ B)
  DEFINE A AS A.price < FIRST(A.price) + 4, B AS B.price > FIRST(price) + 3 AND FIRST(A.price, 1) > 0) AS m;
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.price AS a, COUNT(B.price) AS n, C.price AS c
  PATTERN (A B+? C)
  DEFINE B AS B.price >= A.price, C AS C.price < A.price AND C.price < FIRST(B.price) AND D.price IS NULL, D AS TRUE) AS m;
