ALTER TABLE b ADD COLUMN kind_id integer;
ALTER TABLE b
    ADD CONSTRAINT kind_fkey FOREIGN KEY (kind_id) REFERENCES kinds(id) NOT VALID;
--- a new file
ALTER TABLE b VALIDATE CONSTRAINT kind_fkey;
ALTER TABLE a DROP CONSTRAINT kind_fkey;
ALTER TABLE a DROP CONSTRAINT one_kind;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY one_kind ON b USING btree (kind_id);
--- a new file
ALTER TABLE b
    ADD CONSTRAINT one_kind UNIQUE USING INDEX one_kind;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.a_kind_id AS SELECT id, kind_id FROM a;
ALTER TABLE a DROP COLUMN kind_id;
