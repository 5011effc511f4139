-- What the generator costs: every event with all of its columns, of which one is looked at.
CREATE TABLE snk (event_type INT) WITH ({sink});
INSERT INTO snk SELECT event_type FROM nexmark WHERE event_type > 2;
