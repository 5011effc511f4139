-- note: the table function alone: every row is passed, late or not
-- order: exact
CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, ts, window_start, window_end, window_time
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND);
