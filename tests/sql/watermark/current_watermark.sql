-- order: exact
-- modes: straight
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' MINUTE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT k, v, ts, CURRENT_WATERMARK(ts), ts < CURRENT_WATERMARK(ts) FROM events;
