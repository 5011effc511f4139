-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT name FROM emp WHERE dept IN (SELECT id FROM dept WHERE budget = (SELECT MAX(budget) FROM dept));
SELECT name FROM emp e WHERE EXISTS (SELECT 1 FROM emp b WHERE b.id = e.boss AND EXISTS (SELECT 1 FROM emp c WHERE c.id = b.boss));
SELECT name FROM dept WHERE id IN (SELECT dept FROM emp WHERE boss IN (SELECT id FROM emp WHERE boss IS NULL) GROUP BY dept HAVING COUNT(*) >= 1);
SELECT name FROM emp e WHERE NOT EXISTS (SELECT 1 FROM dept d WHERE d.id = e.dept AND d.budget > (SELECT MIN(budget) FROM dept));
SELECT name FROM emp WHERE id NOT IN (SELECT boss FROM emp WHERE boss IS NOT NULL) AND dept IN (SELECT dept FROM emp GROUP BY dept HAVING MIN(pay) < 4500);
