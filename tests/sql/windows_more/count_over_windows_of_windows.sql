CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
CREATE VIEW a AS SELECT window_start AS ws, window_end AS we, window_time AS rt, k, SUM(v) AS s FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY window_start, window_end, window_time, k;
CREATE VIEW b AS SELECT window_start AS ws, window_time AS rt, MAX(s) AS m, COUNT(*) AS n FROM TUMBLE(TABLE a, DESCRIPTOR(rt), INTERVAL '10' SECOND) GROUP BY window_start, window_end, window_time;
SELECT ws, m, n FROM b;
SELECT ws, m, SUM(n) OVER (ORDER BY rt ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM b;
