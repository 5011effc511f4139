-- note: mini-batch needs a size and a latency
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SET 'table.exec.mini-batch.enabled' = 'true';
SELECT k, v FROM events WHERE v > 39;
SELECT k, COUNT(*) AS n FROM events GROUP BY k;
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SELECT k, COUNT(*) AS n FROM events GROUP BY k;
SET 'table.exec.mini-batch.size' = '100';
SET 'table.exec.mini-batch.allow-latency' = '0 s';
SELECT k, COUNT(*) AS n FROM events GROUP BY k;
