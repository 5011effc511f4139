-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT dept FROM emp EXCEPT SELECT id FROM dept;
SELECT id FROM dept EXCEPT SELECT dept FROM emp;
SELECT dept FROM emp INTERSECT SELECT id FROM dept WHERE budget > 50;
SELECT pay FROM emp EXCEPT ALL SELECT 4000 FROM dept WHERE id < 25;
SELECT dept, COUNT(*) FROM (SELECT dept FROM emp UNION ALL SELECT id FROM dept) GROUP BY dept HAVING COUNT(*) <> 2;
(SELECT id FROM emp WHERE pay > 4000 UNION SELECT id FROM dept) EXCEPT (SELECT boss FROM emp);
