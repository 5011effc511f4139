-- order: exact
CREATE TABLE p (id INT, ts TIMESTAMP(3), lt TIMESTAMP_LTZ(3), d DATE, t TIME(0)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/times.json', 'format' = 'json');
SELECT * FROM p;
CREATE TABLE p6 (id INT, ts TIMESTAMP(6), lt TIMESTAMP_LTZ(6)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/times.json', 'format' = 'json');
SELECT * FROM p6;
CREATE TABLE p0 (id INT, ts TIMESTAMP(0), lt TIMESTAMP_LTZ(0)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/times.json', 'format' = 'json');
SELECT * FROM p0;
