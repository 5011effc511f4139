-- Bids with a value out of a file: a look-up.
CREATE TABLE side_input (key BIGINT, `value` STRING) WITH ('connector' = 'filesystem', 'path' = '{side}',
  'format' = 'csv');
CREATE TABLE snk (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), `value` STRING) WITH ({sink});
CREATE VIEW timed AS SELECT *, PROCTIME() AS p_time FROM bid;
INSERT INTO snk SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value` FROM timed AS B
  JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON MOD(B.auction, 10000) = S.key;
