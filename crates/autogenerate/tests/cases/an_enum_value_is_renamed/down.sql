ALTER TYPE mood RENAME VALUE 'unhappy' TO 'sad';
