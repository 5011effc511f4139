-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT COUNT(*) FILTER (WHERE s > 3) AS rich, SUM(s) FILTER (WHERE s < 0) AS debts, COUNT(*) AS n FROM (SELECT k, SUM(v) AS s FROM e GROUP BY k);
