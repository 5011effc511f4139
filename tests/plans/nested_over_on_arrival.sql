-- Two OVER windows by nesting; on arrival none of them waits.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SET 'millrace.over.emit' = 'on-arrival';
SELECT id, by_card, AVG(amount) OVER (PARTITION BY merchant ORDER BY ts ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) FROM (SELECT *, SUM(amount) OVER (PARTITION BY card ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS by_card FROM payments);
