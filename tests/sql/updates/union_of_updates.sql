CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT k, SUM(v) AS s FROM e GROUP BY k UNION ALL SELECT k, COUNT(*) AS s FROM e GROUP BY k;
