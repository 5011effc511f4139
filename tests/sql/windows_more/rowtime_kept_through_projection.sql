CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
CREATE VIEW p AS SELECT UPPER(k) AS name, ts AS t, v * 10 AS v10 FROM e WHERE v <> 6;
SELECT name, window_start, SUM(v10) FROM TUMBLE(TABLE p, DESCRIPTOR(t), INTERVAL '10' SECOND) GROUP BY name, window_start, window_end;
