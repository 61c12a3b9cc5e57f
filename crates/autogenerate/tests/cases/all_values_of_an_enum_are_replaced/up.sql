ALTER TYPE state RENAME TO state_old;
CREATE TYPE state AS ENUM ('lit', 'dark');
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of lamps.state fit state
--   count: SELECT count(*) FROM lamps WHERE state::text NOT IN ('lit', 'dark')
--   template: -- in the statement below, say what they become: USING CASE state::text WHEN … THEN … END::state
ALTER TABLE lamps ALTER COLUMN state SET DATA TYPE state USING state::text::state;
ALTER TABLE lamps ALTER COLUMN states DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of lamps.states fit state[]
--   count: SELECT count(*) FROM lamps WHERE NOT states::text[] <@ ARRAY['lit', 'dark']::text[]
--   template: -- in the statement below, say what they become: USING CASE states::text WHEN … THEN … END::state[]
ALTER TABLE lamps ALTER COLUMN states SET DATA TYPE state[] USING states::text[]::state[];
ALTER TABLE lamps ALTER COLUMN states SET DEFAULT '{lit}'::state[];
ANALYZE lamps;
DROP TYPE state_old;
