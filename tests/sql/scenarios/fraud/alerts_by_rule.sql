-- note: several rules in one statement set, their alerts in one sink by way of a union view
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE alerts (rule STRING, id BIGINT, detail ROW<card STRING, amount DECIMAL(12, 2)>, at_ STRING) WITH ('connector' = 'print', 'print-identifier' = 'alert');
CREATE TABLE counts (card STRING, n BIGINT, PRIMARY KEY (card) NOT ENFORCED) WITH ('connector' = 'print', 'print-identifier' = 'count');
CREATE VIEW ruled AS
SELECT 'large' AS rule, id, card, amount, ts FROM payments WHERE amount > 500
UNION ALL SELECT 'refund', id, card, amount, ts FROM payments WHERE amount < 0
UNION ALL SELECT 'unknown', id, card, amount, ts FROM payments WHERE card IS NULL OR country IS NULL;
EXECUTE STATEMENT SET BEGIN
INSERT INTO alerts SELECT rule, id, ROW(card, amount), DATE_FORMAT(ts, 'HH:mm:ss') FROM ruled;
INSERT INTO counts SELECT card, COUNT(*) FROM ruled WHERE card IS NOT NULL GROUP BY card;
END;
SELECT rule, window_start, COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM TUMBLE(TABLE ruled, DESCRIPTOR(ts), INTERVAL '5' MINUTE) GROUP BY window_start, window_end, rule;
