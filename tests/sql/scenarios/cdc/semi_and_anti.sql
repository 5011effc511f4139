-- order: net
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
SELECT id, name FROM customers WHERE id IN (SELECT cid FROM orders WHERE total > 5);
SELECT oid FROM orders WHERE cid NOT IN (SELECT id FROM customers);
SELECT oid FROM orders o WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = o.cid);
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = c.id AND o.total < c.credit);
SELECT city, COUNT(*) AS n FROM customers WHERE id IN (SELECT cid FROM orders) GROUP BY city;
SELECT id FROM customers WHERE city IN (SELECT city FROM customers GROUP BY city HAVING COUNT(*) > 2);
