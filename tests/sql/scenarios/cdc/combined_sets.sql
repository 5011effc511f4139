-- order: net
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
SELECT id FROM customers INTERSECT SELECT cid FROM orders;
SELECT id FROM customers EXCEPT SELECT cid FROM orders;
SELECT cid FROM orders EXCEPT ALL SELECT id FROM customers;
SELECT name FROM customers UNION SELECT city FROM customers;
SELECT id % 2 AS x FROM customers INTERSECT ALL SELECT total % 2 FROM orders;
SELECT COUNT(*) FROM (SELECT id FROM customers UNION ALL SELECT cid FROM orders);
