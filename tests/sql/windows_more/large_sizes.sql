CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT window_start, window_end, SUM(v) FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '7' DAY) GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(v) FROM HOP(TABLE e, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '3' DAY) GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(v) FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '0.500' SECOND) WHERE v < 3 GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(v) FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '1:30' HOUR TO MINUTE) GROUP BY window_start, window_end;
