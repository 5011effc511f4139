-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT name FROM dept WHERE id NOT IN (SELECT dept FROM emp WHERE dept IS NOT NULL GROUP BY dept HAVING SUM(pay) > 10000);
SELECT e.name FROM emp e WHERE e.pay IN (SELECT MAX(pay) FROM emp GROUP BY dept);
SELECT name FROM emp WHERE (dept, pay) IN (SELECT dept, MIN(pay) FROM emp GROUP BY dept);
SELECT d.name, e.name FROM dept d JOIN emp e ON e.dept = d.id AND e.pay = (SELECT MAX(pay) FROM emp);
