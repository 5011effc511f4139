-- note: two payments of one card at two merchants within five seconds
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.json', 'format' = 'json');
SELECT a.card, a.id, b.id, a.merchant, b.merchant, TIMESTAMPDIFF(SECOND, a.ts, b.ts) FROM payments a JOIN payments b
ON a.card = b.card AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '5' SECOND WHERE a.merchant <> b.merchant AND a.id <> b.id;
