-- note: sources that are kept close together; it changes no result
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv',
  'format' = 'csv', 'scan.watermark.alignment.group' = 'g', 'scan.watermark.alignment.max-drift' = '1 min', 'scan.watermark.alignment.update-interval' = '1 s');
SELECT COUNT(*) FROM events;
SELECT COUNT(*) FROM events /*+ OPTIONS('scan.watermark.alignment.group' = 'h', 'scan.watermark.alignment.max-drift' = '5 s', 'scan.watermark.emit.strategy' = 'on-event') */;
