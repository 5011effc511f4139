CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE TABLE s1 (u STRING, n BIGINT, PRIMARY KEY (u) NOT ENFORCED) WITH ('connector' = 'print', 'print-identifier' = 's1');
CREATE TABLE s2 (w TIMESTAMP(3), page STRING, n BIGINT) WITH ('connector' = 'print', 'print-identifier' = 's2');
CREATE TABLE s3 (u STRING, before STRING, page STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/s3', 'format' = 'json');
CREATE VIEW ok AS SELECT * FROM visits WHERE u <> 'u3';
EXECUTE STATEMENT SET BEGIN
INSERT INTO s1 SELECT u, COUNT(*) FROM ok GROUP BY u;
INSERT INTO s2 SELECT window_start, page, COUNT(*) FROM TUMBLE(TABLE ok, DESCRIPTOR(ts), INTERVAL '30' SECOND) GROUP BY window_start, window_end, page;
INSERT INTO s3 SELECT u, LAG(page) OVER (PARTITION BY u ORDER BY ts), page FROM ok;
INSERT INTO s2 (w, n) SELECT window_start, COUNT(*) FROM TUMBLE(TABLE ok, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
END;
