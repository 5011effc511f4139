-- modes: straight
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW f AS SELECT id, card, amount, ts,
  COUNT(*) OVER (PARTITION BY card ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS n3,
  SUM(amount) OVER (PARTITION BY card ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s3,
  MIN(merchant) OVER (PARTITION BY card ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS before
FROM (SELECT * FROM payments WHERE id <> 4);
SELECT id, n3, s3, before FROM f;
SELECT id, CASE WHEN s3 > 1000 THEN 'high' WHEN n3 >= 3 THEN 'fast' ELSE 'ok' END AS verdict FROM f WHERE before IS NOT NULL;
SELECT verdict, COUNT(*) AS n FROM (SELECT CASE WHEN s3 > 1000 THEN 'high' WHEN n3 >= 3 THEN 'fast' ELSE 'ok' END AS verdict FROM f) GROUP BY verdict;
