-- order: exact
CREATE TABLE t (id INT, who ROW<name STRING, address ROW<city STRING, zip STRING>>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'json');
SELECT * FROM t;
SELECT id, who.name, t.who.address.city, who.address FROM t;
SELECT id, tags[1], tags[2], CARDINALITY(tags), attrs['k'], CARDINALITY(attrs) FROM t;
SELECT id FROM t WHERE who.address.city = 'Rome' OR tags[2] = 'c';
SELECT id, who IS NULL, who.address IS NULL FROM t;
