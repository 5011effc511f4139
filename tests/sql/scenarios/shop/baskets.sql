-- order: net
CREATE TABLE items (order_id INT, sku CHAR(1), quantity INT, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/items.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT a.sku, b.sku, COUNT(*) AS n, SUM(a.quantity * b.quantity) AS w FROM items a JOIN items b ON a.order_id = b.order_id AND a.sku < b.sku GROUP BY a.sku, b.sku;
SELECT order_id, ARRAY_AGG(sku) AS skus, COLLECT(quantity) AS q FROM items GROUP BY order_id;
SELECT sku, price, n FROM (SELECT sku, price, COUNT(*) AS n FROM items GROUP BY sku, price) WHERE (sku, price) IN (SELECT sku, MIN(price) FROM items GROUP BY sku);
SELECT i.sku, i.price - m.mean AS off FROM items i JOIN (SELECT sku, AVG(price) AS mean FROM items GROUP BY sku) m ON m.sku = i.sku WHERE i.price <> m.mean;
