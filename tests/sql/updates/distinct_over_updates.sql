-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT COUNT(DISTINCT s), SUM(DISTINCT s), AVG(DISTINCT s) FROM (SELECT k, SUM(v) AS s FROM e GROUP BY k);
SELECT DISTINCT n FROM (SELECT k, COUNT(*) AS n FROM e GROUP BY k);
