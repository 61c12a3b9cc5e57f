ALTER TYPE state RENAME TO state_old;
CREATE TYPE state AS ENUM ('on', 'off');
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE lamps ALTER COLUMN state SET DATA TYPE text USING state::text;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of lamps.state fit state
--   count: SELECT count(*) FROM lamps WHERE state::text NOT IN ('on', 'off')
--   template: UPDATE lamps SET state = … WHERE state::text NOT IN ('on', 'off');
ALTER TABLE lamps ALTER COLUMN state SET DATA TYPE state USING state::state;
ALTER TABLE lamps ALTER COLUMN states DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE lamps ALTER COLUMN states SET DATA TYPE text[] USING states::text[];
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of lamps.states fit state[]
--   count: SELECT count(*) FROM lamps WHERE NOT states::text[] <@ ARRAY['on', 'off']::text[]
--   template: UPDATE lamps SET states = … WHERE NOT states::text[] <@ ARRAY['on', 'off']::text[];
ALTER TABLE lamps ALTER COLUMN states SET DATA TYPE state[] USING states::state[];
ALTER TABLE lamps ALTER COLUMN states SET DEFAULT '{on}'::state[];
DROP TYPE state_old;
ANALYZE lamps;
