CREATE TABLE orders (id INT, customer INT, price INT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = '/tmp/orders', 'format' = 'json');
CREATE TABLE customers (id INT, name STRING, region STRING, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '/tmp/customers', 'format' = 'json');
-- The columns that are read, what one side alone decides before the join, one row per customer.
SELECT o.price, c.name FROM orders o JOIN customers c ON o.customer = c.id AND o.price > 10 WHERE c.region = 'eu';
-- A condition that no padded row satisfies: an inner join.
SELECT o.price, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.id WHERE c.region = 'eu';
-- What ON says of the left side of a left join is asked of pairs.
SELECT /*+ STATE_TTL('o' = '1 h') */ o.price, c.name FROM orders o LEFT JOIN customers c
ON o.customer = c.id AND o.price > 10 AND c.region = 'eu' WHERE o.id > 5;
-- Many rows per key, told apart by the unique key; no key at all.
SELECT t.price, c.name FROM customers c FULL JOIN (SELECT customer, SUM(price) AS price FROM orders GROUP BY customer) t
ON c.region = CAST(t.price AS STRING);
SELECT o.id, c.id FROM orders o, customers c WHERE o.price > c.id;
SELECT id FROM orders WHERE customer NOT IN (SELECT id FROM customers) AND EXISTS (SELECT 1 FROM customers c WHERE c.name = note);
SELECT customer FROM orders EXCEPT SELECT id FROM customers;
