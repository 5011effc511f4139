-- note: conditions that look at the row before
CREATE TABLE prices (
  symbol STRING, price INT, tax INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/prices.csv', 'format' = 'csv');
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(DOWN.price) AS f, LAST(DOWN.price) AS bottom, LAST(UP.price) AS top, START_ROW.ts AS t0, LAST(UP.ts) AS t1
  AFTER MATCH SKIP TO LAST UP
  PATTERN (START_ROW DOWN+ UP+ E)
  DEFINE DOWN AS (LAST(DOWN.price, 1) IS NULL AND DOWN.price < START_ROW.price) OR DOWN.price < LAST(DOWN.price, 1),
    UP AS (LAST(UP.price, 1) IS NULL AND UP.price > LAST(DOWN.price)) OR UP.price > LAST(UP.price, 1), E AS E.price < LAST(UP.price)) AS m;
SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES FIRST(A.price) AS f, LAST(A.price) AS l, B.price AS b
  PATTERN (A+ B)
  DEFINE A AS LAST(A.price, 1) IS NULL OR A.price >= LAST(A.price, 1), B AS B.price < LAST(price, 1)) AS m;
