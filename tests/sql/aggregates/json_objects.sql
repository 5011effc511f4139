-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, JSON_OBJECTAGG(KEY CAST(id AS STRING) VALUE amount) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG(CAST(id AS STRING) VALUE amount NULL ON NULL) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG(CAST(id AS STRING) VALUE amount ABSENT ON NULL) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG(CAST(id AS STRING) VALUE price), JSON_OBJECTAGG(CAST(id AS STRING) : weight) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG('o' || CAST(id AS STRING) VALUE product) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG(CAST(id AS STRING) VALUE JSON_OBJECT('p' VALUE product, 'a' VALUE JSON_ARRAY(amount, price))) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG(CAST(id AS STRING) VALUE ARRAY[amount, 1]) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECT('all' VALUE JSON_OBJECTAGG(CAST(id AS STRING) VALUE amount), 'n' VALUE COUNT(*)) FROM orders GROUP BY customer;
SELECT customer, JSON_OBJECTAGG(product VALUE total), JSON_OBJECTAGG(product VALUE NULLIF(total, 5) ABSENT ON NULL)
FROM (SELECT customer, product, SUM(amount) AS total FROM orders WHERE product IS NOT NULL GROUP BY customer, product) GROUP BY customer;
SELECT JSON_OBJECTAGG(product VALUE amount) FROM orders;
SELECT JSON_OBJECTAGG(id VALUE amount) FROM orders;
SELECT JSON_OBJECTAGG(product VALUE DATE '2024-01-01') FROM orders;
CREATE TEMPORARY VIEW objects AS SELECT customer, JSON_OBJECTAGG(product VALUE amount) AS o FROM orders GROUP BY customer;
DESCRIBE objects;
