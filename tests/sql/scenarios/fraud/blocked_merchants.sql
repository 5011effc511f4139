-- order: net
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE blocked (merchant STRING, since TIMESTAMP(3), reason STRING, WATERMARK FOR since AS since - INTERVAL '5' MINUTE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/blocked.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT p.id, b.reason FROM payments p JOIN blocked b ON p.merchant = b.merchant AND b.since BETWEEN p.ts - INTERVAL '10' SECOND AND p.ts + INTERVAL '1' MINUTE;
SELECT p.id, b.reason, b.since FROM payments p LEFT JOIN blocked b ON p.merchant = b.merchant AND p.ts >= b.since AND p.ts < b.since + INTERVAL '2' MINUTE WHERE p.card = 'c1' OR p.card IS NULL;
SELECT id FROM payments WHERE merchant NOT IN (SELECT merchant FROM blocked);
SELECT id FROM payments p WHERE EXISTS (SELECT 1 FROM blocked b WHERE b.merchant = p.merchant AND b.since <= p.ts AND b.reason IS NOT NULL);
SELECT merchant, COUNT(*) AS n, MAX(since) AS latest FROM (SELECT p.merchant, b.since FROM payments p JOIN blocked b USING (merchant)) GROUP BY merchant;
