-- note: early and late results that Flink refuses
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SET 'table.exec.emit.early-fire.enabled' = 'true';
SELECT k, COUNT(*) FROM events GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);
SET 'table.exec.emit.early-fire.delay' = '0 s';
SELECT k, COUNT(*) FROM events GROUP BY k, SESSION(ts, INTERVAL '5' SECOND);
SELECT k, window_end, COUNT(*) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end;
RESET 'table.exec.emit.early-fire.enabled';
SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 s';
SELECT k, COUNT(*) FROM events GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);
SET 'table.exec.emit.allow-lateness' = '0 s';
SELECT k, COUNT(*) FROM events GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);
SELECT k, COUNT(*) FROM events GROUP BY k, SESSION(ts, INTERVAL '5' SECOND);
