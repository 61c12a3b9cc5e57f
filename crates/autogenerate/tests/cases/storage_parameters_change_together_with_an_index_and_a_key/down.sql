--- reverts file 5 of 5
ALTER INDEX items_code RENAME TO items_code_new;
-- hazards: blocks-writes, may-fail-on-data, builds-index
CREATE UNIQUE INDEX marks_key_new ON marks USING btree (a) INCLUDE (b);
ALTER TABLE marks DROP CONSTRAINT marks_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE marks
    ADD CONSTRAINT marks_key UNIQUE (a);
--- reverts file 4 of 5
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_code ON items USING btree (code) WITH (fillfactor='60');
--- reverts file 3 of 5
--- alone in a file
DROP INDEX CONCURRENTLY marks_key_new;
--- reverts file 2 of 5
--- alone in a file
DROP INDEX CONCURRENTLY items_code_new;
--- reverts file 1 of 5
ALTER TABLE items SET (fillfactor=70);
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE marks SET UNLOGGED;
