-- order: net
CREATE TABLE orders (id INT, customer INT, day_ DATE, region STRING, state STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE items (order_id INT, sku CHAR(1), quantity INT, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/items.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE products (sku CHAR(1), name VARCHAR(10), kind STRING, vat DECIMAL(4, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/products.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW lines AS SELECT o.id, o.customer, o.region, i.sku, p.name, i.quantity * i.price AS net, CAST(i.quantity * i.price * p.vat AS DECIMAL(12, 2)) AS vat
FROM orders o JOIN items i ON i.order_id = o.id LEFT JOIN products p ON p.sku = i.sku WHERE o.state <> 'void';
SELECT * FROM lines;
SELECT id, SUM(net) AS net, SUM(vat) AS vat, SUM(net) + COALESCE(SUM(vat), 0) AS gross, COUNT(*) - COUNT(vat) AS unknown_ FROM lines GROUP BY id;
SELECT region, customer, SUM(net) AS net, GROUPING(customer) AS g FROM lines GROUP BY ROLLUP (region, customer);
SELECT region, ROUND(AVG(net), 2) AS mean, MAX(net) - MIN(net) AS spread FROM lines GROUP BY region HAVING COUNT(DISTINCT id) > 1;
