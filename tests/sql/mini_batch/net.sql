-- note: whatever the bundles are, in the end the rows are the same
-- order: net
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 h';
SET 'table.exec.mini-batch.size' = '7';
CREATE VIEW latest AS SELECT k, g, v, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY k, g ORDER BY ts DESC) AS rn FROM events) WHERE rn = 1;
SELECT k, COUNT(*) AS n, SUM(v) AS s, MIN(v) AS lo, MAX(v) AS hi, COUNT(DISTINCT g) AS d FROM events GROUP BY k;
SELECT n, COUNT(*) AS c, MAX(k) AS m FROM (SELECT k, g, COUNT(*) AS n FROM events GROUP BY k, g) GROUP BY n;
SELECT k, SUM(v) AS s, COUNT(*) AS n, MAX(v) AS m FROM latest GROUP BY k;
SELECT DISTINCT g, v FROM latest;
SELECT a.k, a.n, b.s FROM (SELECT k, COUNT(*) AS n FROM events GROUP BY k) a JOIN (SELECT k, SUM(v) AS s FROM latest GROUP BY k) b ON a.k = b.k;
SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY n DESC) AS rn FROM (SELECT k, COUNT(*) AS n FROM events GROUP BY k)) WHERE rn <= 2;
SELECT k FROM events EXCEPT SELECT k FROM latest WHERE v > 20;
SELECT k, (SELECT MAX(v) FROM events) AS m FROM latest;
