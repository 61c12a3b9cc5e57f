ALTER TABLE users DROP CONSTRAINT users_email_key;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users USING btree (email);
