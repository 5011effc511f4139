-- order: net
CREATE TABLE orders (id INT, customer INT, day_ DATE, region STRING, state STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE items (order_id INT, sku CHAR(1), quantity INT, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/items.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE products (sku CHAR(1), name VARCHAR(10), kind STRING, vat DECIMAL(4, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/products.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT o.id FROM orders o LEFT JOIN items i ON i.order_id = o.id WHERE i.order_id IS NULL;
SELECT i.order_id FROM items i WHERE i.order_id NOT IN (SELECT id FROM orders);
SELECT p.sku, p.name FROM products p WHERE p.sku NOT IN (SELECT sku FROM items WHERE quantity > 1);
SELECT p.sku, i.order_id, o.customer FROM products p FULL JOIN items i ON p.sku = i.sku FULL JOIN orders o ON o.id = i.order_id;
SELECT DISTINCT o.customer FROM orders o WHERE o.customer NOT IN (SELECT customer FROM orders WHERE customer IS NOT NULL AND state = 'open');
SELECT o.customer FROM orders o WHERE o.region = 'US' AND o.customer NOT IN (SELECT customer FROM orders);
