-- Updates in, updates out.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SELECT n, COUNT(*) FROM (SELECT card, COUNT(DISTINCT merchant) AS n FROM payments GROUP BY card) GROUP BY n;
