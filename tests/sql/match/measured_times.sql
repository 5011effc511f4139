-- note: times that are measures are plain: joins on them do not lose rows, windows do not take them
CREATE TABLE prices (
  symbol STRING, price INT, tax INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/prices.csv', 'format' = 'csv');
CREATE VIEW rises AS SELECT * FROM prices MATCH_RECOGNIZE (
  PARTITION BY symbol ORDER BY ts
  MEASURES A.ts AS began, LAST(B.ts) AS ended, MATCH_ROWTIME() AS told
  PATTERN (A B)
  DEFINE B AS B.price > A.price) AS m;
SELECT r.symbol, r.began, r.ended, p.price FROM rises AS r JOIN prices AS p
  ON p.symbol = r.symbol AND p.ts BETWEEN r.began AND r.ended;
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE rises, DESCRIPTOR(told), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end;
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE rises, DESCRIPTOR(began), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end;
