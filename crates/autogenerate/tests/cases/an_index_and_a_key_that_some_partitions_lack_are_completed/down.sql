--- reverts file 4 of 4
ALTER TABLE p DROP CONSTRAINT p_pkey;
ALTER TABLE ONLY p
    ADD CONSTRAINT p_pkey PRIMARY KEY (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX p1_pkey ON p1 USING btree (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX p2_pkey ON p2 USING btree (id);
DROP INDEX p_n;
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX p1_n ON p1 USING btree (n);
CREATE INDEX p_n ON ONLY p USING btree (n);
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX p2_n_idx ON p2 USING btree (n);
ALTER INDEX p_n ATTACH PARTITION p1_n;
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY p2_pkey;
--- reverts file 2 of 4
--- alone in a file
DROP INDEX CONCURRENTLY p1_pkey;
--- reverts file 1 of 4
--- alone in a file
DROP INDEX CONCURRENTLY p2_n_idx;
