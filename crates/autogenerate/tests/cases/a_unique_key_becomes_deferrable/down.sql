--- reverts file 3 of 3
-- hazards: blocks-writes, may-fail-on-data, builds-index
CREATE UNIQUE INDEX lists_position_key_new ON lists USING btree ("position");
-- hazards: blocks-writes, may-fail-on-data, builds-index
CREATE UNIQUE INDEX lists_rank_key_new ON lists USING btree (rank);
ALTER TABLE lists DROP CONSTRAINT lists_position_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE lists
    ADD CONSTRAINT lists_position_key UNIQUE ("position");
ALTER TABLE lists DROP CONSTRAINT lists_rank_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE lists
    ADD CONSTRAINT lists_rank_key UNIQUE (rank) DEFERRABLE INITIALLY DEFERRED;
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY lists_rank_key_new;
--- reverts file 1 of 3
--- alone in a file
DROP INDEX CONCURRENTLY lists_position_key_new;
