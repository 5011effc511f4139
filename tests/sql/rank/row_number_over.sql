CREATE TABLE e (id INT, k STRING, v INT, d DOUBLE, m DECIMAL(10, 2), w STRING, b BOOLEAN, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, k, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS rn FROM e;
SELECT id, ROW_NUMBER() OVER (ORDER BY ts) AS rn FROM e;
SELECT id, k, v FROM e QUALIFY SUM(v) OVER (PARTITION BY k ORDER BY ts) > 20;
