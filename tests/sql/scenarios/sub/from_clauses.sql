-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT * FROM (SELECT dept, COUNT(*) AS n FROM emp GROUP BY dept) AS c (d, n) JOIN dept ON c.d = dept.id;
SELECT t.* FROM (SELECT e.*, d.name AS dname FROM emp e JOIN dept d ON e.dept = d.id) t WHERE t.pay > 4000;
SELECT * FROM emp NATURAL JOIN (SELECT id, budget FROM dept) d;
SELECT dept, name FROM emp e JOIN (VALUES (10, 'x'), (30, 'y')) AS v (dept, tag) USING (dept);
SELECT a.n, b.n FROM (SELECT COUNT(*) AS n FROM emp) a CROSS JOIN (SELECT COUNT(*) AS n FROM dept) b;
WITH rich AS (SELECT * FROM emp WHERE pay > 4200), d AS (SELECT r.dept, MAX(r.pay) AS m FROM rich r GROUP BY r.dept) SELECT r.name, d.m FROM rich r JOIN d ON r.dept = d.dept AND r.pay = d.m;
