-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE dept (id INT, name STRING, budget INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dept.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT name FROM emp WHERE dept IN (SELECT id FROM dept WHERE budget > 150) OR pay > 6000;
SELECT name FROM emp e WHERE EXISTS (SELECT 1 FROM dept d WHERE d.id = e.dept AND d.name = 'it') OR NOT EXISTS (SELECT 1 FROM emp b WHERE b.boss = e.id);
SELECT name FROM emp WHERE NOT (dept IN (SELECT id FROM dept WHERE budget IS NULL) OR boss IS NULL);
SELECT name FROM emp e WHERE pay >= ALL (SELECT pay FROM emp x WHERE x.dept = e.dept);
SELECT name FROM emp WHERE pay < ANY (SELECT pay FROM emp WHERE dept = 20) AND dept <> SOME (SELECT id FROM dept WHERE budget > 150);
