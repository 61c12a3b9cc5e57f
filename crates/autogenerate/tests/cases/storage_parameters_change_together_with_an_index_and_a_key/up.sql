ALTER TABLE items RESET (fillfactor);
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE marks SET LOGGED;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_code_new ON items USING btree (code);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY marks_key_new ON marks USING btree (a) INCLUDE (b);
--- alone in a file
DROP INDEX CONCURRENTLY items_code;
--- a new file
ALTER INDEX items_code_new RENAME TO items_code;
ALTER TABLE marks DROP CONSTRAINT marks_key;
ALTER TABLE marks
    ADD CONSTRAINT marks_key UNIQUE USING INDEX marks_key_new;
