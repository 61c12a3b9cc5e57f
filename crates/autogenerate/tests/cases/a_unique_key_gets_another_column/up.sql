--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_email_key_new ON users
    USING btree (tenant_id, email) INCLUDE (id);
--- a new file
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users
    ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key_new;
