-- note: a NULL rowtime fails the job of a window
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nulls.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT window_start, SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '30' MINUTE) GROUP BY window_start, window_end;
