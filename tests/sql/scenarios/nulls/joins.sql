-- order: net
CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT a.id, b.id FROM t a JOIN t b ON a.k = b.k AND a.v = b.v;
SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.k = b.k AND a.id < b.id AND b.v IS NULL;
SELECT a.id, b.id FROM t a FULL JOIN t b ON a.v = b.v AND b.id > 4 AND a.id < 5;
SELECT a.id, b.id FROM t a JOIN t b ON a.k IS NOT DISTINCT FROM b.k AND a.v IS NOT DISTINCT FROM b.v AND a.id <> b.id;
SELECT id FROM t a WHERE v NOT IN (SELECT v FROM t b WHERE b.k = a.k AND b.id <> a.id);
SELECT id FROM t WHERE (k, v) IN (SELECT k, v FROM t WHERE id > 3);
SELECT id FROM t WHERE k = (SELECT k FROM t WHERE id = 3);
