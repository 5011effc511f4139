-- order: net
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
CREATE VIEW all_ AS SELECT 'c' AS kind, id AS k, name AS v FROM customers UNION ALL SELECT 'o', oid, CAST(total AS STRING) FROM orders;
SELECT * FROM all_;
SELECT kind, COUNT(*) AS n, COUNT(v) AS known, MIN(k) AS k FROM all_ GROUP BY kind;
SELECT k FROM all_ WHERE kind = 'c' UNION SELECT cid FROM orders;
