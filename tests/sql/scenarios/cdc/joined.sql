-- order: net
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
SELECT c.name, o.oid, o.total FROM customers c JOIN orders o ON c.id = o.cid;
SELECT c.name, o.oid, o.total FROM customers c LEFT JOIN orders o ON c.id = o.cid AND o.total > 5;
SELECT c.name, o.oid FROM customers c FULL OUTER JOIN orders o ON c.id = o.cid;
SELECT c.city, COUNT(o.oid) AS orders, SUM(o.total) AS total FROM customers c LEFT JOIN orders o ON c.id = o.cid GROUP BY c.city;
SELECT o.oid, o.cid IS NOT DISTINCT FROM c.id AS same FROM orders o LEFT JOIN customers c ON o.cid IS NOT DISTINCT FROM c.id;
