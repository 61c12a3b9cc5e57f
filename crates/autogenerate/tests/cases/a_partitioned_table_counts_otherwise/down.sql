ALTER TABLE events ALTER COLUMN id SET GENERATED ALWAYS SET INCREMENT BY 1;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_more_copy AS SELECT more FROM events
ALTER TABLE events DROP COLUMN more;
