--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY lists_position_key_new ON lists USING btree ("position");
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY lists_rank_key_new ON lists USING btree (rank);
--- a new file
ALTER TABLE lists DROP CONSTRAINT lists_position_key;
ALTER TABLE lists
    ADD CONSTRAINT lists_position_key UNIQUE USING INDEX lists_position_key_new;
ALTER TABLE lists DROP CONSTRAINT lists_rank_key;
ALTER TABLE lists
    ADD CONSTRAINT lists_rank_key UNIQUE USING INDEX lists_rank_key_new DEFERRABLE INITIALLY DEFERRED;
