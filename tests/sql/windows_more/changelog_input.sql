-- note: a window over an updating query: rows updated away before the window fires are subtracted
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
CREATE VIEW latest AS SELECT k, v, ts FROM (SELECT k, v, ts, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS rn FROM e) WHERE rn = 1;
SELECT window_start, COUNT(*), SUM(v) FROM TUMBLE(TABLE latest, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end;
