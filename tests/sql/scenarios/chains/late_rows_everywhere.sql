-- modes: straight
CREATE TABLE strict_ (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE strict_, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end;
SELECT window_start, u, COUNT(*) AS n FROM SESSION(TABLE strict_ PARTITION BY u, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, u;
SELECT id, CURRENT_WATERMARK(ts) AS wm, ts <= CURRENT_WATERMARK(ts) AS late FROM strict_;
SELECT COUNT(*) FROM strict_ WHERE ts > CURRENT_WATERMARK(ts) OR CURRENT_WATERMARK(ts) IS NULL;
