-- note: an aggregate that is not read is not computed: it changes nothing and cannot fail
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
CREATE VIEW totals AS SELECT k, MAX(v) AS most, COUNT(*) AS n, SUM(v) FILTER (WHERE v > 1) AS s, JSON_OBJECTAGG(KEY 'same' VALUE v) AS j FROM e GROUP BY k;
SELECT k, most FROM totals;
SELECT k FROM totals;
SELECT most, s FROM totals WHERE n > 1;
SELECT k, JSON_OBJECTAGG(KEY 'same' VALUE v) FROM e GROUP BY k;
SELECT COUNT(*) FROM totals;
SELECT 1 FROM (SELECT COUNT(*) AS n, JSON_OBJECTAGG(KEY 'same' VALUE v) AS j FROM e);
SELECT n FROM (SELECT window_start, window_end, k, JSON_OBJECTAGG(KEY 'same' VALUE v) AS j, COUNT(*) AS n FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, k);
SELECT k, window_end FROM (SELECT window_start, window_end, k, SUM(v) AS s FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, k);
