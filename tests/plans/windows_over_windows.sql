-- A second window aggregates the results of the first by window_time.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SELECT window_start, MAX(n) FROM TABLE(TUMBLE((SELECT card, window_time AS wt, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY card, window_start, window_end, window_time), DESCRIPTOR(wt), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
