-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT a.name, COUNT(b.id) AS higher FROM emp a LEFT JOIN emp b ON b.pay > a.pay GROUP BY a.name;
SELECT a.dept, a.name FROM emp a LEFT JOIN emp b ON a.dept = b.dept AND b.pay > a.pay WHERE b.id IS NULL;
SELECT name, pay * 100 / (SELECT SUM(pay) FROM emp) AS share FROM emp WHERE dept IS NOT NULL;
SELECT boss, COUNT(*) AS n FROM emp GROUP BY boss HAVING COUNT(*) = (SELECT MAX(c) FROM (SELECT COUNT(*) AS c FROM emp GROUP BY boss));
