-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT n, COUNT(*) AS c FROM (SELECT k, COUNT(*) AS n FROM e GROUP BY k) GROUP BY n HAVING COUNT(*) > 1;
