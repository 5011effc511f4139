-- order: net
CREATE TABLE emp (id INT, name STRING, dept INT, pay INT, boss INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/emp.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT e.name, b.name AS boss, g.name AS grand FROM emp e LEFT JOIN emp b ON e.boss = b.id LEFT JOIN emp g ON b.boss = g.id;
SELECT b.name, COUNT(e.id) AS n, SUM(e.pay) AS pay FROM emp b LEFT JOIN emp e ON e.boss = b.id GROUP BY b.name;
SELECT b.name, e.name FROM emp b LEFT JOIN emp e ON e.boss = b.id AND e.pay > b.pay - 1000;
SELECT x.name, y.name FROM emp x, emp y WHERE x.dept = y.dept AND x.pay = y.pay AND x.id < y.id;
SELECT name, pay, (SELECT COUNT(*) + 1 FROM emp x WHERE x.pay > e.pay) AS place FROM emp e;
