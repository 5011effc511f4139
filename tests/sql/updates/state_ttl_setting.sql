-- note: a long state time-to-live changes nothing but that unchanged results are emitted again
-- order: exact
-- modes: straight
CREATE TABLE e (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SET 'table.exec.state.ttl' = '1 d';
SELECT k, MAX(v) AS m FROM e GROUP BY k;
