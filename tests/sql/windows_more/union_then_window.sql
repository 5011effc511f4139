CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
CREATE VIEW u AS SELECT k, v, ts FROM e UNION ALL SELECT 'x' AS k, v * 100 AS v, ts FROM e;
SELECT k, window_start, SUM(v) FROM TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end;
