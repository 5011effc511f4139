-- The folders of a URL.
CREATE TABLE snk (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, dir1 STRING, dir2 STRING, dir3 STRING)
  WITH ({sink});
INSERT INTO snk SELECT auction, bidder, price, channel, SPLIT_INDEX(url, '/', 3), SPLIT_INDEX(url, '/', 4),
  SPLIT_INDEX(url, '/', 5) FROM bid;
