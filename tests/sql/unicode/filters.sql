-- order: exact
CREATE TABLE t (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/text.json', 'format' = 'json');
SELECT id FROM t WHERE s LIKE '%é%';
SELECT id FROM t WHERE s LIKE '_%😀%' OR s LIKE '😀%';
SELECT id FROM t WHERE s > 'z';
SELECT id FROM t WHERE s = '';
SELECT id FROM t WHERE REGEXP(s, '^\p{Lu}|[ß]');
