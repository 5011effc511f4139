-- Bounds from BETWEEN, the rest is a residual condition.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
CREATE TABLE refunds (payment BIGINT, reason STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'refunds.json', 'format' = 'json');
SELECT p.id, r.reason FROM payments AS p JOIN refunds AS r ON p.id = r.payment AND r.ts BETWEEN p.ts AND p.ts + INTERVAL '2' HOUR WHERE p.amount > 5 AND r.reason <> p.note;
