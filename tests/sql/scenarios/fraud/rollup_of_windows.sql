CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT window_start, window_end, country, currency, GROUPING(country) AS gc, GROUPING_ID(country, currency) AS g, COUNT(*) AS n, SUM(amount) AS total
FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '2' MINUTE) GROUP BY window_start, window_end, ROLLUP (country, currency);
SELECT window_time, currency, COUNT(DISTINCT card) AS cards FROM CUMULATE(TABLE payments, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '2' MINUTE, INTERVAL '15' SECOND)
GROUP BY window_start, window_end, window_time, GROUPING SETS ((currency), ()) HAVING COUNT(DISTINCT card) > 1;
