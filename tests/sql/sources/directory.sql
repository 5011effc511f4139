-- note: files whose names begin with _ or . are not read
CREATE TABLE p (id INT, name STRING, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = '${DATA}/dir', 'format' = 'csv');
SELECT id, name, f FROM p;
SELECT f, COUNT(*) FROM p GROUP BY f;
