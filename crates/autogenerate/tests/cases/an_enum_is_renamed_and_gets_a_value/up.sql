ALTER TYPE mood RENAME TO feeling;
ALTER TYPE feeling ADD VALUE 'ok' AFTER 'sad';
--- a new file
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::feeling;
