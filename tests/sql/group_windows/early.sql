-- note: results with every row, before the windows close
-- modes: straight
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';
SELECT k, TUMBLE_START(ts, INTERVAL '30' SECOND) AS ws, COUNT(*) AS n, SUM(v) AS s, MIN(v) AS m, COUNT(DISTINCT g) AS d
FROM events GROUP BY k, TUMBLE(ts, INTERVAL '30' SECOND);
SELECT TUMBLE_END(ts, INTERVAL '20' SECOND) AS we, MAX(v) AS m FROM events GROUP BY TUMBLE(ts, INTERVAL '20' SECOND);
SELECT k, HOP_END(ts, INTERVAL '10' SECOND, INTERVAL '30' SECOND) AS we, COUNT(*) AS n, MAX(v) AS m
FROM events GROUP BY k, HOP(ts, INTERVAL '10' SECOND, INTERVAL '30' SECOND);
SELECT HOP_START(ts, INTERVAL '10' SECOND, INTERVAL '25' SECOND) AS ws, AVG(v) AS a
FROM events WHERE k <> 'a' GROUP BY HOP(ts, INTERVAL '10' SECOND, INTERVAL '25' SECOND);
SELECT g, COUNT(*) AS n FROM events GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), g HAVING COUNT(*) > 3;
SELECT ws, MAX(n) AS m FROM (
  SELECT k, TUMBLE_START(ts, INTERVAL '30' SECOND) AS ws, COUNT(*) AS n FROM events GROUP BY k, TUMBLE(ts, INTERVAL '30' SECOND))
GROUP BY ws;
