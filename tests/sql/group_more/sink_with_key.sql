-- note: a sink with a primary key equal to the group key gets no -U
-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE totals (customer STRING, n BIGINT, PRIMARY KEY (customer) NOT ENFORCED) WITH ('connector' = 'print');
INSERT INTO totals SELECT COALESCE(customer, '?'), COUNT(*) FROM orders GROUP BY COALESCE(customer, '?');
