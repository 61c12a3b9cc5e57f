--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users USING btree (email);
--- a new file
ALTER TABLE users
    ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
ALTER TABLE users DROP CONSTRAINT users_login_key;
ALTER TABLE posts
    ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users(email) NOT VALID;
--- a new file
ALTER TABLE posts VALIDATE CONSTRAINT posts_author_fkey;
