-- order: net
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
SELECT o.oid, c.name, n.n FROM orders o LEFT JOIN customers c ON c.id = o.cid LEFT JOIN (SELECT city, COUNT(*) AS n FROM customers GROUP BY city) n ON n.city = c.city;
SELECT c.city, MAX(o.total) AS hi, COUNT(DISTINCT c.name) AS names FROM customers c JOIN orders o ON o.cid = c.id GROUP BY c.city;
SELECT a.id, b.id FROM customers a JOIN customers b ON a.city = b.city AND a.id < b.id;
SELECT c.id, (SELECT COUNT(*) FROM orders o WHERE o.cid = c.id) AS n FROM customers c;
