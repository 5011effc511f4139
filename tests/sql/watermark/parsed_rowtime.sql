CREATE TABLE events (k STRING, v INT, txt STRING, ts AS TO_TIMESTAMP(REPLACE(txt, '/', '-')), WATERMARK FOR ts AS ts - INTERVAL '5' MINUTE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT window_start, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '30' MINUTE) GROUP BY window_start, window_end;
