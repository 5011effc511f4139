-- order: net
CREATE TABLE follows (a STRING, b STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/follows.json', 'format' = 'debezium-json');
SELECT a, SUM(w) AS s, AVG(w) AS m, MAX(w) AS hi FROM follows GROUP BY a;
SELECT a, b, w, w * 100 / t.s AS share FROM follows f JOIN (SELECT a AS k, SUM(w) AS s FROM follows GROUP BY a) t ON t.k = f.a WHERE t.s > 0;
SELECT a FROM (SELECT a, SUM(w) AS s FROM follows GROUP BY a) ORDER BY s DESC, a LIMIT 2;
SELECT w, COLLECT(a) FROM follows WHERE w > 1 GROUP BY w;
