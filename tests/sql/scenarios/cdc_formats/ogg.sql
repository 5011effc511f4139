CREATE TABLE t (id BIGINT, name STRING, weight DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ogg.json', 'format' = 'ogg-json');
SELECT * FROM t;
SELECT COUNT(*), COUNT(name), SUM(weight) FROM t;
CREATE TABLE o (id BIGINT, weight DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'ogg-json');
INSERT INTO o SELECT id, weight FROM t;
