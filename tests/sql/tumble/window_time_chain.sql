-- note: the window_time of the first window is the rowtime of the second
CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW ten AS
SELECT k, window_start AS ws, window_end AS we, window_time AS wt, SUM(v) AS s
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY k, window_start, window_end, window_time;
SELECT ws, we, wt, k, s FROM ten;
SELECT window_start, window_end, COUNT(*), SUM(s), MAX(wt)
FROM TUMBLE(TABLE ten, DESCRIPTOR(wt), INTERVAL '30' SECOND)
GROUP BY window_start, window_end;
