ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy';
ALTER TYPE mood ADD VALUE 'ok' AFTER 'unhappy';
--- a new file
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
