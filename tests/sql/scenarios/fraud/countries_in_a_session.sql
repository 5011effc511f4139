CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT window_start, window_end, card, COUNT(DISTINCT country) AS countries, LISTAGG(DISTINCT country, '>') AS route, MIN(amount) AS lo, MAX(amount) FILTER (WHERE currency = 'USD') AS hi_usd
FROM TABLE(SESSION(TABLE payments PARTITION BY card, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY window_start, window_end, card HAVING COUNT(*) > 1;
SELECT card, SESSION_START(ts, INTERVAL '20' SECOND) AS s, SESSION_END(ts, INTERVAL '20' SECOND) AS e, SESSION_ROWTIME(ts, INTERVAL '20' SECOND) AS r, COUNT(*) AS n
FROM payments WHERE card IS NOT NULL GROUP BY card, SESSION(ts, INTERVAL '20' SECOND);
