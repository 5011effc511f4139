-- note: the watermark is the value of the expression, whatever it is
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS CASE WHEN k = 'b' THEN ts - INTERVAL '1' HOUR ELSE ts - INTERVAL '1' DAY END)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT k, v, CURRENT_WATERMARK(ts) FROM events;
SELECT window_start, SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '15' MINUTE) GROUP BY window_start, window_end;
