-- note: a held row is not seen any more once no partner on time can come
CREATE TABLE late (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/late.csv', 'format' = 'csv');
SELECT a.id, b.id FROM late a JOIN late b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '10' SECOND AND b.ts + INTERVAL '10' SECOND AND a.id < b.id;
SELECT a.id, b.id FROM late a LEFT JOIN late b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '10' SECOND AND b.ts + INTERVAL '10' SECOND AND a.id < b.id;
