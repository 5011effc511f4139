CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT a.id, b.id, a.card FROM payments a, payments b WHERE a.card = b.card AND a.amount = b.amount AND a.id < b.id AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1' MINUTE;
SELECT card, amount, COUNT(*) AS n, MIN(id) AS first_id, MAX(id) - MIN(id) AS spread FROM payments WHERE amount IS NOT NULL GROUP BY card, amount HAVING COUNT(*) > 1 AND MIN(id) <> MAX(id);
SELECT id, ts FROM (SELECT id, ts, ROW_NUMBER() OVER (PARTITION BY id, card ORDER BY ts DESC) AS rn FROM payments) WHERE rn = 1 AND id > 8;
