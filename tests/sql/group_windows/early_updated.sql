-- note: early results of rows that are updated
-- modes: straight
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW latest AS SELECT k, v, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY k, g ORDER BY ts DESC) AS rn FROM events) WHERE rn = 1;
SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 s';
SELECT k, TUMBLE_END(ts, INTERVAL '30' SECOND) AS we, COUNT(*) AS n, SUM(v) AS s FROM latest GROUP BY k, TUMBLE(ts, INTERVAL '30' SECOND);
