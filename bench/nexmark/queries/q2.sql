-- Selection of few rows.
CREATE TABLE snk (auction BIGINT, price BIGINT) WITH ({sink});
INSERT INTO snk SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
