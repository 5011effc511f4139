CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT card, window_start, COUNT(DISTINCT country) AS n FROM HOP(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '30' SECOND) WHERE card IS NOT NULL GROUP BY card, window_start, window_end HAVING COUNT(DISTINCT country) > 1;
SELECT DISTINCT a.card FROM payments a JOIN payments b ON a.card = b.card AND a.country <> b.country AND b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts;
SELECT card, LISTAGG(DISTINCT country) AS c FROM payments GROUP BY card HAVING COUNT(DISTINCT country) > 1;
