ALTER TABLE readings ALTER COLUMN at SET DATA TYPE timestamp without time zone;
