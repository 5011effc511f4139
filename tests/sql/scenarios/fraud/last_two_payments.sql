-- order: net
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT card, id, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY card ORDER BY ts DESC, id DESC) AS n FROM payments) WHERE n <= 2;
SELECT card, MAX(amount) - MIN(amount) AS jump FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY card ORDER BY ts DESC, id DESC) AS n FROM payments) WHERE n <= 2 GROUP BY card HAVING COUNT(*) = 2;
SELECT COUNT(*) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY merchant ORDER BY amount DESC, id) AS n FROM payments) WHERE n = 1 AND amount > 100;
