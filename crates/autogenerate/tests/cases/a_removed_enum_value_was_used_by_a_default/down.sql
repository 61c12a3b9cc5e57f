ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
DROP TYPE mood_old;
ANALYZE people;
