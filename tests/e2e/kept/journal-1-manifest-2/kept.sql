SET 'pipeline.name' = 'kept';
SET 'parallelism.default' = '2';
SET 'execution.checkpointing.interval' = '50 ms';
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SET 'millrace.table.payments.rows-per-second' = '200';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY card, window_start, window_end;
