-- WITH and UNION ALL.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
WITH a AS (SELECT id, amount FROM payments WHERE amount > 1) SELECT id, amount FROM a UNION ALL SELECT id, CAST(-1 AS DOUBLE) FROM a WHERE id = 7;
