-- note: a bounded generator; one second of event time per row
CREATE TABLE g (i BIGINT, ts AS TO_TIMESTAMP_LTZ(i * 1000, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '20', 'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '20');
SELECT window_start, COUNT(*), SUM(i) FROM TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end;
SELECT i, MOD(i, 3), SUM(i) OVER (PARTITION BY MOD(i, 3) ORDER BY ts) FROM g;
