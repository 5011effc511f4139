-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT d.name, a.n, b.m FROM dept d LEFT JOIN (SELECT dept, COUNT(*) AS n FROM emp GROUP BY dept) a ON a.dept = d.id LEFT JOIN (SELECT dept, MAX(pay) AS m FROM emp WHERE boss IS NOT NULL GROUP BY dept) b ON b.dept = d.id;
SELECT a.dept, a.n, b.n FROM (SELECT dept, COUNT(*) AS n FROM emp GROUP BY dept) a FULL JOIN (SELECT id AS dept, budget AS n FROM dept WHERE budget < 150) b ON a.dept = b.dept;
SELECT d.id, SUM(e.pay) AS s, d.budget * 100 > SUM(e.pay) AS ok FROM dept d JOIN emp e ON e.dept = d.id GROUP BY d.id, d.budget;
SELECT a.n, COUNT(*) FROM (SELECT dept, COUNT(*) AS n FROM emp GROUP BY dept) a JOIN dept d ON a.dept = d.id GROUP BY a.n;
SELECT x.dept FROM (SELECT dept, SUM(pay) AS s FROM emp GROUP BY dept) x WHERE x.s > ALL (SELECT budget * 20 FROM dept WHERE budget IS NOT NULL);
