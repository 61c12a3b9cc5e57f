--- reverts file 2 of 2
ALTER TABLE events ALTER COLUMN id DROP IDENTITY;
ALTER TABLE events ALTER COLUMN id DROP NOT NULL;
ALTER TABLE events
    ADD CONSTRAINT events_id_is_set CHECK ((id IS NOT NULL)) NOT VALID;
--- reverts file 1 of 2
ALTER TABLE events DROP CONSTRAINT events_id_is_set;
