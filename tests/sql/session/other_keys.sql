-- note: groups that are not those of PARTITION BY are counted as rows come out of their sessions
-- modes: straight
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, g, window_start, window_end, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, g, window_start, window_end;
SELECT k, window_start, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start;
SELECT UPPER(k) AS u, window_start, window_end, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY UPPER(k), window_start, window_end;
SELECT k, window_start, window_end, GROUPING(k) AS g, COUNT(*) AS n FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end, GROUPING SETS ((k));
