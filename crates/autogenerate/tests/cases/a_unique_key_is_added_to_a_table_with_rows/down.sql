--- reverts file 3 of 3
ALTER TABLE users DROP CONSTRAINT users_email_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX users_email_key ON users USING btree (email);
ALTER TABLE users DROP CONSTRAINT users_name_email_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX users_name_email_key ON users USING btree (name, email);
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY users_name_email_key;
--- reverts file 1 of 3
--- alone in a file
DROP INDEX CONCURRENTLY users_email_key;
