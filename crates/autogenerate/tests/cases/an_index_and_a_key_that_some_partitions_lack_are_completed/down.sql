ALTER TABLE p DROP CONSTRAINT p_pkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE ONLY p
    ADD CONSTRAINT p_pkey PRIMARY KEY (id);
DROP INDEX p_n;
-- hazards: blocks-writes, builds-index
CREATE INDEX p_n ON ONLY p USING btree (n);
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY p1_n ON p1 USING btree (n);
--- a new file
ALTER INDEX p_n ATTACH PARTITION p1_n;
