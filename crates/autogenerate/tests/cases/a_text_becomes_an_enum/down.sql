ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE text USING mood::text;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::text;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of people that people_mood_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT ((mood = ANY (ARRAY['sad'::text, 'ok'::text])))
--   template: UPDATE people SET … WHERE NOT ((mood = ANY (ARRAY['sad'::text, 'ok'::text])));
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK ((mood = ANY (ARRAY['sad'::text, 'ok'::text])));
ANALYZE people;
DROP TYPE mood;
