-- Bids with a value from the side: a look-up by processing time.
CREATE TABLE side_input (key BIGINT, `value` STRING) WITH ({side});
CREATE TABLE snk (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), `value` STRING) WITH ({sink});
CREATE VIEW timed AS SELECT *, PROCTIME() AS p_time FROM bid;
INSERT INTO snk SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value` FROM timed AS B
  JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON MOD(B.auction, 10000) = S.key;
