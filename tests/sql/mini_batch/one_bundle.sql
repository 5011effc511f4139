-- note: all rows are one bundle: one change by key
-- modes: straight
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 h';
SET 'table.exec.mini-batch.size' = '5000';
SELECT k, COUNT(*) AS n, SUM(v) AS s, MIN(v) AS lo, MAX(v) AS hi, COUNT(DISTINCT g) AS d FROM events GROUP BY k;
SELECT k, g, AVG(v) AS a, COUNT(*) FILTER (WHERE v > 20) AS n FROM events GROUP BY k, g;
SELECT COUNT(*) AS n, SUM(v) AS s FROM events;
SELECT DISTINCT k FROM events;
SELECT SUM(v) AS s, COUNT(DISTINCT k) AS d FROM events WHERE v > 30;
