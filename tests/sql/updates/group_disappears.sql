-- note: a group that loses its last row is deleted
-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT s, COUNT(*) AS n, MIN(k) AS k FROM (SELECT k, SUM(v) AS s FROM e GROUP BY k) GROUP BY s;
