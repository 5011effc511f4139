CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.json', 'format' = 'json');
CREATE VIEW w AS SELECT merchant, COUNT(*) AS n, MAX(amount) AS top_, window_start, window_end FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY merchant, window_start, window_end;
SELECT p.id, p.merchant, w.n, w.top_, p.window_start FROM (SELECT * FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND)) p
JOIN w ON p.merchant = w.merchant AND p.window_start = w.window_start AND p.window_end = w.window_end;
