ALTER TABLE a ADD COLUMN kind_id integer;
ALTER TABLE a
    ADD CONSTRAINT kind_fkey FOREIGN KEY (kind_id) REFERENCES kinds(id) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE a VALIDATE CONSTRAINT kind_fkey;
ALTER TABLE b DROP CONSTRAINT kind_fkey;
ALTER TABLE b DROP CONSTRAINT one_kind;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY one_kind ON a USING btree (kind_id);
--- a new file
ALTER TABLE a
    ADD CONSTRAINT one_kind UNIQUE USING INDEX one_kind;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.b_kind_id AS SELECT id, kind_id FROM b;
ALTER TABLE b DROP COLUMN kind_id;
