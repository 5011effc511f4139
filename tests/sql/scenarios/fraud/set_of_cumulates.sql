CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE per_card (card STRING, upto TIMESTAMP(3), spent DECIMAL(38, 2)) WITH ('connector' = 'print', 'print-identifier' = 'card');
CREATE TABLE overall (upto TIMESTAMP(3), n BIGINT, mean DOUBLE) WITH ('connector' = 'print', 'print-identifier' = 'all');
EXECUTE STATEMENT SET BEGIN
INSERT INTO per_card SELECT card, window_end, SUM(amount) FROM CUMULATE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE) WHERE card <> 'c5' GROUP BY card, window_start, window_end;
INSERT INTO overall SELECT window_end, COUNT(*), AVG(CAST(amount AS DOUBLE)) FROM CUMULATE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE) GROUP BY window_start, window_end;
END;
