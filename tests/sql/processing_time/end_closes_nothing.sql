-- note: windows over processing time close by the clock; the end of input closes none
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3), pt AS PROCTIME()
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(TABLE events, DESCRIPTOR(pt), INTERVAL '1' DAY) GROUP BY window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) AS n
FROM HOP(TABLE events, DESCRIPTOR(pt), INTERVAL '1' DAY, INTERVAL '2' DAY) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) AS n
FROM CUMULATE(TABLE events, DESCRIPTOR(pt), INTERVAL '1' DAY, INTERVAL '2' DAY) GROUP BY k, window_start, window_end;
SELECT k, window_start, window_end, COUNT(*) AS n
FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(pt), INTERVAL '1' DAY) GROUP BY k, window_start, window_end;
SELECT k, v FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(pt), INTERVAL '1' DAY);
SELECT TUMBLE_START(pt, INTERVAL '1' DAY), COUNT(*) AS n FROM events GROUP BY TUMBLE(pt, INTERVAL '1' DAY);
SELECT k, SESSION_END(pt, INTERVAL '1' DAY), COUNT(*) AS n FROM events GROUP BY k, SESSION(pt, INTERVAL '1' DAY);
