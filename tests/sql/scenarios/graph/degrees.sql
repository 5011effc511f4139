-- order: net
CREATE TABLE follows (a STRING, b STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/follows.json', 'format' = 'debezium-json');
SELECT p, SUM(o) AS out_, SUM(i) AS in_ FROM (SELECT a AS p, 1 AS o, 0 AS i FROM follows UNION ALL SELECT b, 0, 1 FROM follows) GROUP BY p;
SELECT p, COUNT(*) AS n FROM (SELECT a AS p FROM follows UNION SELECT b FROM follows) GROUP BY p;
SELECT a, LISTAGG(b, '>') AS l, COLLECT(b) AS c, MAX(w) AS m FROM follows GROUP BY a;
SELECT COUNT(DISTINCT a), COUNT(DISTINCT b), COUNT(*) FROM follows;
SELECT a, SUM(w) AS s FROM follows WHERE b IS NOT NULL GROUP BY a HAVING SUM(w) > 2;
