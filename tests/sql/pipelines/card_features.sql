-- note: count, sum and mean of a card's last ten seconds, and the distance from them
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.json', 'format' = 'json');
CREATE VIEW features AS
SELECT id, card, merchant, amount, ts, COUNT(*) OVER w AS n, SUM(amount) OVER w AS total, AVG(CAST(amount AS DOUBLE)) OVER w AS mean
FROM payments WINDOW w AS (PARTITION BY card ORDER BY ts RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW);
SELECT id, card, n, total, mean, CAST(amount AS DOUBLE) / NULLIF(mean, 0) AS ratio FROM features;
SELECT id FROM features WHERE n >= 3 AND amount < 1;
