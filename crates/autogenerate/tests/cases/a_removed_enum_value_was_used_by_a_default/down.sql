ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';
--- a new file
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
