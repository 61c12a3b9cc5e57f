--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_id_key ON users USING btree (id);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_pkey_new ON users USING btree (email);
--- a new file
ALTER TABLE users
    ADD CONSTRAINT users_id_key UNIQUE USING INDEX users_id_key;
ALTER TABLE posts DROP CONSTRAINT posts_email_fkey;
ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey;
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users DROP CONSTRAINT users_pkey;
ALTER TABLE users
    ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey_new;
ALTER TABLE posts
    ADD CONSTRAINT posts_email_fkey FOREIGN KEY (email) REFERENCES users(email) NOT VALID;
ALTER TABLE posts
    ADD CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) NOT VALID;
--- a new file
ALTER TABLE posts VALIDATE CONSTRAINT posts_email_fkey;
ALTER TABLE posts VALIDATE CONSTRAINT posts_user_id_fkey;
