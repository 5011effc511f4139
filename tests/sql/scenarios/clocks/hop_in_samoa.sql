SET 'table.local-time-zone' = 'Pacific/Apia';
CREATE TABLE t (ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen) WITH ('connector' = 'filesystem', 'path' = '${DATA}/samoa.csv', 'format' = 'csv');
SELECT seen, CAST(seen AS STRING), CAST(seen AS DATE) FROM t;
SELECT window_start, window_end, window_time, COUNT(*) AS n FROM HOP(TABLE t, DESCRIPTOR(seen), INTERVAL '12' HOUR, INTERVAL '1' DAY) GROUP BY window_start, window_end, window_time;
