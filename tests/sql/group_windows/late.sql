-- note: late rows send the result of their window again
-- modes: straight
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 ms';
SET 'table.exec.emit.allow-lateness' = '5 s';
SELECT k, TUMBLE_START(ts, INTERVAL '5' SECOND) AS ws, COUNT(*) AS n, SUM(v) AS s FROM events GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);
SELECT TUMBLE_START(ts, INTERVAL '5' SECOND) AS ws, COUNT(*) AS n FROM events GROUP BY TUMBLE(ts, INTERVAL '5' SECOND);
SELECT HOP_START(ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND) AS ws, COUNT(*) AS n, MAX(v) AS m
FROM events GROUP BY HOP(ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND);
SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '1 h';
SELECT k, TUMBLE_START(ts, INTERVAL '5' SECOND) AS ws, COUNT(*) AS n, SUM(v) AS s FROM events GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);
SET 'table.exec.emit.early-fire.delay' = '0 s';
SELECT k, TUMBLE_START(ts, INTERVAL '5' SECOND) AS ws, COUNT(*) AS n, SUM(v) AS s FROM events GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);
