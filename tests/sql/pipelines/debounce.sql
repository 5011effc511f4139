-- note: LAG and a difference of times
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.json', 'format' = 'json');
SELECT id, card, gap FROM (SELECT id, card, TIMESTAMPDIFF(SECOND, LAG(ts) OVER (PARTITION BY card ORDER BY ts), ts) AS gap FROM payments) WHERE gap IS NULL OR gap > 1;
