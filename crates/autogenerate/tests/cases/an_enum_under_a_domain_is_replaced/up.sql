ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('glad', 'fine', 'sad');
ALTER DOMAIN shown RENAME TO shown_old;
CREATE DOMAIN shown AS mood;
ALTER DOMAIN shown ADD CONSTRAINT shown_check CHECK ((VALUE <> 'sad'::mood));
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('glad', 'fine', 'sad')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('glad', 'fine', 'sad');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE shown
    USING mood::text::shown;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'fine'::mood;
ANALYZE people;
DROP DOMAIN shown_old;
DROP TYPE mood_old;
