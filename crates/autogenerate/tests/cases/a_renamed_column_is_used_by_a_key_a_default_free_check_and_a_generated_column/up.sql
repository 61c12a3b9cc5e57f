ALTER TABLE lines RENAME COLUMN amount TO quantity;
ALTER TABLE lines RENAME COLUMN number TO "position";
