-- note: a watermark expression that gives NULL leaves the watermark as it is
-- modes: straight
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS CASE WHEN k = 'b' THEN ts END)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT k, v, CURRENT_WATERMARK(ts) FROM events;
SELECT window_start, SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '30' MINUTE) GROUP BY window_start, window_end;
