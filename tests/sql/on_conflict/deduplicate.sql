-- modes: straight
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE by_number (k INT PRIMARY KEY NOT ENFORCED, v BIGINT) WITH ('connector' = 'print');
CREATE TABLE by_text (k STRING PRIMARY KEY NOT ENFORCED, v BIGINT) WITH ('connector' = 'print');
CREATE TABLE plain (k INT, v BIGINT) WITH ('connector' = 'print');
INSERT INTO by_number SELECT CAST(c AS INT), m FROM (SELECT k, COUNT(*) AS c, CAST(MAX(v) AS BIGINT) AS m FROM t WHERE k IS NOT NULL GROUP BY k) ON CONFLICT DO DEDUPLICATE;
INSERT INTO by_number SELECT 1, c FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) ON CONFLICT DO DEDUPLICATE;
INSERT INTO by_text SELECT s, c FROM (SELECT k, MAX(s) AS s, COUNT(*) AS c FROM t GROUP BY k) ON CONFLICT DO DEDUPLICATE;
INSERT INTO by_text SELECT k, c FROM (SELECT k, COUNT(*) AS c FROM t WHERE k IS NOT NULL GROUP BY k) ON CONFLICT DO DEDUPLICATE;
INSERT INTO plain SELECT 1, c FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) ON CONFLICT DO DEDUPLICATE;
SET 'table.exec.sink.upsert-materialize' = 'NONE';
INSERT INTO by_text SELECT s, c FROM (SELECT k, MAX(s) AS s, COUNT(*) AS c FROM t GROUP BY k);
SET 'table.exec.sink.upsert-materialize' = 'FORCE';
INSERT INTO by_text SELECT k, c FROM (SELECT k, COUNT(*) AS c FROM t WHERE k IS NOT NULL GROUP BY k);
