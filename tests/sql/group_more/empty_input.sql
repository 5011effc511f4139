CREATE TABLE orders (id BIGINT, customer STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/empty.csv', 'format' = 'csv');
SELECT COUNT(*) FROM orders;
SELECT customer, COUNT(*) FROM orders GROUP BY customer;
SELECT n, COUNT(*) FROM (SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer) GROUP BY n;
