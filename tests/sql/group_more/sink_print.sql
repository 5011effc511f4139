-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE totals (customer STRING, n BIGINT, total DECIMAL(38, 2)) WITH ('connector' = 'print');
INSERT INTO totals SELECT customer, COUNT(*), SUM(price) FROM orders GROUP BY customer;
CREATE TABLE named (n BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'N');
INSERT INTO named SELECT COUNT(*) FROM orders WHERE customer = 'ann';
