-- order: exact
CREATE TABLE p (id INT, ts TIMESTAMP(3), d DATE, t TIME(0), lt TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/times.csv', 'format' = 'csv');
SELECT * FROM p;
CREATE TABLE p9 (id INT, ts TIMESTAMP(9), d STRING, t STRING, lt STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/times.csv', 'format' = 'csv');
SELECT id, ts, d, t, lt FROM p9;
