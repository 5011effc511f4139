-- note: several changes of a key in one batch
-- modes: straight
CREATE TABLE events (id INT, k STRING, items ARRAY<STRING>, counts MAP<STRING, INT>, pair ROW<x INT, y STRING>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'json');
SELECT k, LAST_VALUE(items), FIRST_VALUE(items) FROM events GROUP BY k;
SELECT k, LAST_VALUE(counts), FIRST_VALUE(pair), LAST_VALUE(pair) FROM events GROUP BY k;
SELECT LAST_VALUE(items) FROM events;
SELECT id, LAST_VALUE(items) OVER (ORDER BY at_) FROM (SELECT *, PROCTIME() AS at_ FROM events);
SELECT n, LAST_VALUE(items) FROM (SELECT k, LAST_VALUE(items) AS items, COUNT(*) AS n FROM events GROUP BY k) GROUP BY n;
