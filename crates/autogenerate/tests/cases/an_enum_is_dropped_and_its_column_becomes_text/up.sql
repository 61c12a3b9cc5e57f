-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE people ALTER COLUMN moods SET DATA TYPE text[] USING moods::text[];
--- alone in a file
DROP INDEX CONCURRENTLY people_mood_idx;
--- a new file
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE text USING mood::text;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::text;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_mood_idx ON people USING btree (mood) WHERE (mood = 'ok'::text);
--- a new file
ANALYZE people;
DROP TYPE mood;
