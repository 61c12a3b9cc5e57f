ALTER TABLE events ALTER COLUMN id SET GENERATED ALWAYS SET INCREMENT BY 1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events_more AS SELECT more FROM events;
ALTER TABLE events DROP COLUMN more;
