-- order: exact
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT UPPER(k), s > 3, CASE WHEN s < 0 THEN 'debt' ELSE 'ok' END FROM (SELECT k, SUM(v) AS s FROM e GROUP BY k);
