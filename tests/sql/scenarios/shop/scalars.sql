-- order: net
CREATE TABLE orders (id INT, customer INT, day_ DATE, region STRING, state STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE items (order_id INT, sku CHAR(1), quantity INT, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/items.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, (SELECT SUM(quantity) FROM items i WHERE i.order_id = o.id) AS q, (SELECT COUNT(*) FROM items i WHERE i.order_id = o.id) AS n FROM orders o;
SELECT order_id, sku FROM items WHERE price > (SELECT AVG(price) FROM items);
SELECT order_id, sku FROM items i WHERE price = (SELECT MAX(price) FROM items j WHERE j.order_id = i.order_id);
SELECT id FROM orders o WHERE (SELECT SUM(quantity * price) FROM items i WHERE i.order_id = o.id) > 50;
SELECT id, CASE WHEN EXISTS (SELECT 1 FROM items i WHERE i.order_id = o.id AND i.price IS NULL) THEN 'unpriced' ELSE 'ok' END AS c FROM orders o;
SELECT id FROM orders WHERE day_ = (SELECT MAX(day_) FROM orders);
SELECT id FROM orders WHERE customer = SOME (SELECT customer FROM orders WHERE state = 'open') AND id > ALL (SELECT order_id FROM items WHERE sku = 'B');
