-- note: which join Flink takes; here they are checked and change nothing
CREATE TEMPORARY VIEW cards AS SELECT * FROM (VALUES (1, 'gold'), (2, 'red'), (3, 'blue')) AS t (id, kind);
CREATE TEMPORARY VIEW owners AS SELECT * FROM (VALUES (1, 'ann'), (4, 'bob')) AS t (id, owner);
CREATE TEMPORARY VIEW towns AS SELECT * FROM (VALUES (1, 'oslo'), (3, 'rome')) AS t (id, town);
SELECT /*+ BROADCAST(cards) */ * FROM cards JOIN owners ON cards.id = owners.id;
SELECT /*+ SHUFFLE_HASH(c) */ kind, owner FROM cards AS c JOIN owners ON c.id = owners.id;
SELECT /*+ SHUFFLE_MERGE(cards, towns) */ kind, owner, town FROM cards JOIN owners ON cards.id = owners.id JOIN towns ON towns.id = cards.id;
SELECT /*+ nest_loop('cards') */ kind, owner FROM cards JOIN owners ON cards.id = owners.id;
SELECT /*+ MULTI_JOIN(cards, owners, towns), STATE_TTL('cards' = '1 d', 'owners' = '2 d', 'towns' = '1 h') */ kind, owner, town
FROM cards JOIN owners ON cards.id = owners.id JOIN towns ON cards.id = towns.id;
SELECT /*+ BROADCAST(cards, owners), BROADCAST(owners), SHUFFLE_HASH(owners) */ COUNT(*) FROM cards JOIN owners ON cards.id = owners.id;
SELECT /*+ BROADCAST(cards) */ kind FROM cards;
