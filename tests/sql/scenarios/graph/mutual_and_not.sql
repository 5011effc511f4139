-- order: net
CREATE TABLE follows (a STRING, b STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/follows.json', 'format' = 'debezium-json');
SELECT a, b FROM follows f WHERE NOT EXISTS (SELECT 1 FROM follows g WHERE g.a = f.b AND g.b = f.a);
SELECT a, b FROM follows f WHERE (b, a) IN (SELECT a, b FROM follows);
SELECT DISTINCT a FROM follows WHERE a NOT IN (SELECT b FROM follows WHERE b IS NOT NULL);
SELECT a FROM follows EXCEPT SELECT b FROM follows;
SELECT a FROM follows INTERSECT SELECT b FROM follows WHERE w > 1;
SELECT n, COUNT(*) AS people FROM (SELECT a, COUNT(*) AS n FROM follows GROUP BY a) GROUP BY n;
