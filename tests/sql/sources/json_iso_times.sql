-- order: exact
CREATE TABLE p (id INT, ts TIMESTAMP(3), lt TIMESTAMP_LTZ(6)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/iso.json', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');
SELECT * FROM p;
