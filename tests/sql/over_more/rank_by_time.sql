-- note: in Flink rows of equal time count each other
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/bursts.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, ts, RANK() OVER (PARTITION BY k ORDER BY ts) AS r, DENSE_RANK() OVER (PARTITION BY k ORDER BY ts) AS d FROM events;
SELECT k, v, RANK() OVER (ORDER BY ts) AS r, LAG(k) OVER (ORDER BY ts) AS p FROM events;
