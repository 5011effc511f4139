CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.json', 'format' = 'json');
CREATE TABLE alerts (id BIGINT, reason STRING) WITH ('connector' = 'print', 'print-identifier' = 'alert');
CREATE TABLE totals (merchant STRING, w TIMESTAMP(3), n BIGINT, total DECIMAL(38, 2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/totals', 'format' = 'json');
CREATE TABLE archive (id BIGINT, amount DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/archive', 'format' = 'csv');
EXECUTE STATEMENT SET BEGIN
INSERT INTO alerts SELECT id, CASE WHEN amount > 500 THEN 'large' ELSE 'tiny' END FROM payments WHERE amount > 500 OR amount < 0.1;
INSERT INTO totals SELECT merchant, window_start, COUNT(*), SUM(amount) FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY merchant, window_start, window_end;
INSERT INTO archive SELECT id, amount FROM payments WHERE amount IS NOT NULL;
END;
