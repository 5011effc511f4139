-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, JSON_ARRAYAGG(amount) FROM orders GROUP BY customer;
SELECT customer, JSON_ARRAYAGG(amount NULL ON NULL) FROM orders GROUP BY customer;
SELECT customer, JSON_ARRAYAGG(amount ABSENT ON NULL), JSON_ARRAYAGG(price), JSON_ARRAYAGG(weight) FROM orders GROUP BY customer;
SELECT customer, JSON_ARRAYAGG(JSON_OBJECT('id' VALUE id, 'product' VALUE product)) FROM orders GROUP BY customer;
SELECT customer, JSON_ARRAYAGG(ROW(id, product)) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECT('products' VALUE JSON_ARRAYAGG(product)) FROM orders GROUP BY customer HAVING COUNT(*) > 1;
SELECT customer, JSON_ARRAYAGG(total), JSON_ARRAYAGG(NULLIF(total, 7) NULL ON NULL)
FROM (SELECT customer, product, SUM(amount) AS total FROM orders GROUP BY customer, product) GROUP BY customer;
CREATE TEMPORARY VIEW arrays AS SELECT customer, JSON_ARRAYAGG(amount) AS o FROM orders GROUP BY customer;
DESCRIBE arrays;
