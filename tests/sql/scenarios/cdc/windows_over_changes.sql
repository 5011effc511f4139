CREATE TABLE orders (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
CREATE TABLE timed (oid INT, cid INT, total INT, seen TIMESTAMP(3), PRIMARY KEY (oid) NOT ENFORCED, WATERMARK FOR seen AS seen - INTERVAL '5' MINUTE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.json', 'format' = 'debezium-json');
SELECT window_start, COUNT(*) AS n, SUM(total) AS total, COUNT(DISTINCT cid) AS c FROM TUMBLE(TABLE timed, DESCRIPTOR(seen), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT window_start, cid, MAX(total) AS hi FROM HOP(TABLE timed, DESCRIPTOR(seen), INTERVAL '30' SECOND, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, cid;
SELECT window_start, window_end, COUNT(*) AS n, SUM(total) AS l FROM CUMULATE(TABLE timed, DESCRIPTOR(seen), INTERVAL '30' SECOND, INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT TUMBLE_START(seen, INTERVAL '1' MINUTE) AS s, COUNT(*) AS n, SUM(total) AS t FROM timed GROUP BY TUMBLE(seen, INTERVAL '1' MINUTE);
SELECT oid, seen FROM timed ORDER BY seen;
