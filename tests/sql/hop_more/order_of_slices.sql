-- note: a HOP window is merged from its slices, the newest first; a CUMULATE window grows by them
CREATE TABLE ev (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECONDS)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT window_start, LISTAGG(CAST(id AS STRING)) FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' SECONDS, INTERVAL '30' SECONDS)) GROUP BY window_start, window_end;
SELECT window_start, k, ARRAY_AGG(id) FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' SECONDS, INTERVAL '30' SECONDS)) GROUP BY window_start, window_end, k;
SELECT window_start, window_end, LISTAGG(CAST(id AS STRING)) FROM TABLE(CUMULATE(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' SECONDS, INTERVAL '30' SECONDS)) GROUP BY window_start, window_end;
SELECT window_start, ARRAY_AGG(id) FROM TABLE(CUMULATE(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' SECONDS, INTERVAL '30' SECONDS)) GROUP BY window_start, window_end;
SELECT window_start, SUM(v / 3.0e0), AVG(0.1e0 * v) FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '5' SECONDS, INTERVAL '60' SECONDS)) GROUP BY window_start, window_end;
