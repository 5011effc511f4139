-- order: exact
CREATE TABLE `größe` (id INT, s STRING, `长度` AS CHAR_LENGTH(s)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/text.json', 'format' = 'json');
SELECT `größe`.`长度` AS `длина` FROM `größe` WHERE `长度` > 5;
