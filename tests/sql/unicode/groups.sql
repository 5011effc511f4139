-- order: exact
CREATE TABLE t (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/text.json', 'format' = 'json');
SELECT LEFT(s, 1) AS c, COUNT(*), MIN(s), MAX(s) FROM t GROUP BY LEFT(s, 1);
