-- note: ROW_NUMBER by windows and joins of windows, whose sessions do not end together
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, window_start, window_end, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY v DESC, ts) AS rn FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE rn <= 2;
SELECT k, v, ts, window_start FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY ts) AS rn FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE rn = 1;
SELECT L.k, L.v, R.v AS rv, L.window_start, L.window_end
FROM (SELECT * FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) WHERE v > 30) L JOIN (SELECT * FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) WHERE v < 10) R
ON L.k = R.k AND L.window_start = R.window_start AND L.window_end = R.window_end;
SELECT window_start, window_end, SUM(n) AS s FROM TUMBLE((
  SELECT window_time AS wt, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end, window_time), DESCRIPTOR(wt), INTERVAL '20' SECOND)
GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(n) AS s, COUNT(*) AS keys FROM (
  SELECT window_start, window_end, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end) GROUP BY window_start, window_end;
