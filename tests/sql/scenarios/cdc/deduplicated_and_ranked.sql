-- order: net
CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
SELECT cid, oid, total FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY cid ORDER BY total DESC, oid) AS n FROM orders) WHERE n = 1;
SELECT SUM(total) AS best FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY cid ORDER BY total DESC, oid) AS n FROM orders) WHERE n = 1;
SELECT oid FROM orders ORDER BY total DESC, oid LIMIT 3;
