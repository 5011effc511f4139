-- note: aggregates that must take values back, over a group that itself changes
-- modes: straight
CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW per_item AS SELECT item, region, SUM(amount) AS s, COUNT(*) AS n, MAX(id) AS last_id FROM sales GROUP BY item, region;
SELECT region, SUM(s) AS a, MAX(s) AS b, MIN(s) AS c, AVG(s) AS d, COUNT(s) AS e FROM per_item GROUP BY region;
SELECT region, COUNT(DISTINCT s) AS a, SUM(DISTINCT n) AS b, LISTAGG(COALESCE(item, '?')) AS l FROM per_item GROUP BY region;
SELECT region, FIRST_VALUE(s) AS f, LAST_VALUE(s) AS l FROM per_item GROUP BY region;
SELECT region, COLLECT(n) AS c, ARRAY_AGG(n) AS a FROM per_item GROUP BY region;
SELECT region, COUNT(*) FILTER (WHERE s > 20) AS big, MAX(s) FILTER (WHERE n = 1) AS once FROM per_item GROUP BY region;
SELECT region, JSON_ARRAYAGG(item) AS j, JSON_OBJECTAGG(KEY COALESCE(item, '-') VALUE n) AS o FROM per_item GROUP BY region;
