-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT name FROM emp ORDER BY pay DESC, name FETCH FIRST 2 ROWS ONLY;
SELECT name FROM (SELECT name, pay FROM emp ORDER BY pay, name LIMIT 4) ORDER BY pay DESC, name LIMIT 2;
SELECT MAX(pay) FROM (SELECT pay FROM emp ORDER BY pay LIMIT 3);
SELECT name FROM emp ORDER BY 1 DESC OFFSET 2 ROWS FETCH NEXT 1 ROW ONLY;
VALUES (1, 'a'), (2, 'b');
SELECT x + y FROM (VALUES (1, 2), (3, 4)) AS t (x, y) UNION ALL VALUES (99);
SELECT name FROM emp WHERE (dept, pay) IN ((10, 4000), (20, 1));
SELECT (SELECT 7) + 1, (SELECT MAX(pay) FROM emp);
