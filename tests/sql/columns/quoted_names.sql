-- order: exact
CREATE TABLE `my table` (`select` INT, `with space` STRING, `Ünï` INT)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts/p.csv', 'format' = 'csv');
SELECT `select`, `my table`.`with space`, `Ünï` FROM `my table`;
SELECT * FROM default_catalog.default_database.`my table` WHERE `select` = 1;
