-- note: rows that touch share a session; a late row is dropped if the session that it would make is over
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, window_start, window_end, COUNT(*) AS n, COUNT(v) AS c, SUM(v) AS s, MIN(v) AS lo, MAX(v) AS hi
FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end;
SELECT k, g, window_start, window_end, window_time, COUNT(*) AS n, AVG(v) AS a
FROM SESSION(TABLE events PARTITION BY (g, k), DESCRIPTOR(ts), INTERVAL '7' SECOND)
GROUP BY window_start, window_end, window_time, k, g HAVING COUNT(*) > 1;
SELECT window_start, window_end, COUNT(*) AS n, SUM(v) AS s
FROM SESSION(TABLE events, DESCRIPTOR(ts), INTERVAL '2' SECOND) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(DISTINCT v) AS d, SUM(DISTINCT v) AS sd, COUNT(*) FILTER (WHERE v > 20) AS f
FROM TABLE(SESSION(DATA => TABLE events PARTITION BY k, TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '5' SECOND))
GROUP BY k, window_start, window_end;
