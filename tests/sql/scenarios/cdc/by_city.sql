-- modes: straight
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
SELECT city, COUNT(*) AS n, SUM(credit) AS credit, LISTAGG(name) AS names, COUNT(DISTINCT name) AS d FROM customers GROUP BY city;
SELECT city, MIN(credit) AS lo, MAX(id) AS newest FROM customers GROUP BY city HAVING COUNT(*) > 1;
SELECT COALESCE(city, '?') AS c, COUNT(*) FILTER (WHERE credit > 10) AS rich, AVG(credit) AS mean FROM customers GROUP BY COALESCE(city, '?');
SELECT n, COUNT(*) AS cities FROM (SELECT city, COUNT(*) AS n FROM customers GROUP BY city) GROUP BY n;
