-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT c, COUNT(*) AS groups_, MAX(m) AS m FROM (
  SELECT n, COUNT(*) AS c, MAX(s) AS m FROM (SELECT k, COUNT(*) AS n, SUM(v) AS s FROM e GROUP BY k) GROUP BY n
) GROUP BY c;
