-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT name, (SELECT name FROM dept d WHERE d.id = e.dept) AS dept, pay - (SELECT AVG(pay) FROM emp x WHERE x.dept = e.dept) AS off FROM emp e;
SELECT name FROM emp e WHERE pay > (SELECT AVG(pay) FROM emp x WHERE x.dept = e.dept);
SELECT d.name FROM dept d WHERE (SELECT COUNT(*) FROM emp e WHERE e.dept = d.id) = 0;
SELECT name, EXISTS (SELECT 1 FROM emp b WHERE b.boss = e.id) AS leads, dept IN (SELECT id FROM dept WHERE budget > 100) AS rich FROM emp e;
SELECT d.name, COALESCE((SELECT MAX(pay) FROM emp e WHERE e.dept = d.id AND e.boss IS NOT NULL), 0) AS m FROM dept d;
