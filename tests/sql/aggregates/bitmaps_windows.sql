CREATE TABLE events (k STRING, name STRING, v INT, p DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT window_start, k, BITMAP_BUILD_AGG(v), BITMAP_BUILD_CARDINALITY_AGG(v)
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k;
SELECT window_start, BITMAP_BUILD_AGG(v), BITMAP_OR_AGG(BITMAP_BUILD(ARRAY[v, 7])), BITMAP_AND_AGG(BITMAP_BUILD(ARRAY[v, 7])), BITMAP_XOR_AGG(BITMAP_BUILD(ARRAY[v, 7]))
FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)) GROUP BY window_start, window_end;
