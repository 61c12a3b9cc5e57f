ALTER TABLE lines RENAME COLUMN "position" TO number;
ALTER TABLE lines RENAME COLUMN quantity TO amount;
