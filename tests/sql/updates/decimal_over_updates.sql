-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT SUM(s), AVG(s), MIN(s), MAX(s), COUNT(s) FROM (SELECT k, SUM(CAST(v * 1.25 AS DECIMAL(10, 2))) AS s FROM e GROUP BY k);
