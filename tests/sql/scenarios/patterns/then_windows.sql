CREATE TABLE trades (sym STRING, price DOUBLE, volume INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' MINUTE) WITH ('connector' = 'filesystem', 'path' = '${DATA}/trades.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW rises AS SELECT sym, t, gain FROM trades MATCH_RECOGNIZE (PARTITION BY sym ORDER BY ts MEASURES MATCH_ROWTIME() AS t, B.price - A.price AS gain AFTER MATCH SKIP TO NEXT ROW PATTERN (A B) DEFINE B AS B.price > A.price);
SELECT * FROM rises;
SELECT window_start, sym, COUNT(*) AS n, SUM(gain) AS gain FROM TUMBLE(TABLE rises, DESCRIPTOR(t), INTERVAL '5' MINUTE) GROUP BY window_start, window_end, sym;
SELECT sym, SUM(gain) OVER (PARTITION BY sym ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two FROM rises;
SELECT a.sym, b.sym, a.t FROM rises a JOIN rises b ON a.sym = 'A' AND b.sym = 'B' AND b.t BETWEEN a.t - INTERVAL '5' MINUTE AND a.t + INTERVAL '5' MINUTE WHERE a.gain < b.gain;
