-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT product, STDDEV_POP(amount) AS sp, STDDEV_SAMP(amount) AS ss, VAR_POP(amount) AS vp, VAR_SAMP(amount) AS vs FROM orders GROUP BY product;
SELECT product, STDDEV_POP(CAST(amount AS DOUBLE)) AS sp, STDDEV_SAMP(CAST(amount AS DOUBLE)) AS ss, VAR_POP(CAST(amount AS DOUBLE)) AS vp,
  VAR_SAMP(CAST(amount AS DOUBLE)) AS vs FROM orders GROUP BY product;
SELECT product, STDDEV_POP(price) AS sp, VAR_SAMP(price) AS vs FROM orders GROUP BY product;
