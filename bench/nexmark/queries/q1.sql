-- Currency conversion: arithmetic on decimals.
CREATE TABLE snk (auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), `dateTime` TIMESTAMP(3), extra STRING)
  WITH ({sink});
INSERT INTO snk SELECT auction, bidder, 0.908 * price, `dateTime`, extra FROM bid;
