-- note: a condition on columns of the input decides which rows make sessions; one on the window does not
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, window_start, window_end, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) WHERE v > 15 GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) AS n
FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) WHERE window_end > TIMESTAMP '2024-01-01 00:01:00' GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) AS n
FROM SESSION((SELECT k, v, ts FROM events WHERE v > 15) PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, MAX(window_end) AS e, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end;
