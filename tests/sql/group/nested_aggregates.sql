-- modes: straight
-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT big, SUM(s) AS s, AVG(s) AS a, COUNT(DISTINCT s) AS d, SUM(p) AS p, AVG(p) AS ap, FIRST_VALUE(customer) AS f, LAST_VALUE(customer) AS l
FROM (SELECT customer, CHAR_LENGTH(customer) > 2 AS big, SUM(amount) AS s, MAX(price) AS p FROM orders GROUP BY customer) GROUP BY big;
