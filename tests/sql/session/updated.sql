-- note: a row that is updated before its session closes is subtracted; rows used as such keep their kind
-- modes: straight
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW latest AS SELECT k, v, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY k, g ORDER BY ts DESC) AS rn FROM events) WHERE rn = 1;
SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s
FROM SESSION(TABLE latest PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end;
SELECT k, v, window_start, window_end FROM SESSION(TABLE latest PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND);
