-- Windows of both sides meet when they close.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SELECT l.card, l.n, r.total FROM (SELECT card, COUNT(*) AS n, window_start, window_end FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY card, window_start, window_end) l JOIN (SELECT card, SUM(amount) AS total, window_start, window_end FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY card, window_start, window_end) r ON l.card = r.card AND l.window_start = r.window_start AND l.window_end = r.window_end;
