-- note: a filter before the window does not hold the watermark back
CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, window_start, SUM(v) AS s
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)
WHERE k = 'a' AND v IS NOT NULL
GROUP BY k, window_start, window_end;
CREATE VIEW odd AS SELECT * FROM events WHERE MOD(v, 2) = 1;
SELECT k, window_start, COUNT(*) FROM TUMBLE(TABLE odd, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end;
