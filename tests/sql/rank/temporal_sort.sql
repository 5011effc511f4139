-- order: exact
CREATE TABLE e (id INT, k STRING, v INT, d DOUBLE, m DECIMAL(10, 2), w STRING, b BOOLEAN, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, ts FROM e ORDER BY ts;
SELECT id, v, ts FROM e ORDER BY ts, v DESC;
SELECT id FROM e ORDER BY ts ASC, w, id DESC;
SELECT id, v AS x FROM e WHERE v > 2 ORDER BY ts, x;
