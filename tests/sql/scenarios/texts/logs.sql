-- note: lines of a log taken apart
CREATE TABLE logs (line STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/access.log', 'format' = 'raw');
CREATE VIEW parsed AS SELECT REGEXP_EXTRACT(line, '^(\S+) ', 1) AS ip, TO_TIMESTAMP(REGEXP_EXTRACT(line, '\[([^\]]+) [+-]\d{4}\]', 1), 'dd/MM/yyyy:HH:mm:ss') AS seen,
 REGEXP_EXTRACT(line, '"(GET|POST|PUT) (\S+)', 1) AS verb, REGEXP_EXTRACT(line, '"(GET|POST|PUT) (\S+)', 2) AS path, TRY_CAST(REGEXP_EXTRACT(line, '" (\d{3}) ', 1) AS INT) AS status, TRY_CAST(REGEXP_EXTRACT(line, ' (\d+|-)$', 1) AS BIGINT) AS size_ FROM logs;
SELECT * FROM parsed;
SELECT status / 100 AS class, COUNT(*) AS n, SUM(size_) AS size_ FROM parsed GROUP BY status / 100;
SELECT ip, COUNT(*) FILTER (WHERE status >= 400) AS errors, MAX(seen) AS latest FROM parsed GROUP BY ip HAVING COUNT(*) > 1;
SELECT COUNT(*) FROM parsed WHERE seen IS NULL OR status IS NULL;
