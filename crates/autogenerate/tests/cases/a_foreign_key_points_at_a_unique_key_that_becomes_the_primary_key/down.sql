--- reverts file 4 of 4
ALTER TABLE posts DROP CONSTRAINT posts_email_fkey;
ALTER TABLE posts
    ADD CONSTRAINT posts_email_fkey FOREIGN KEY (email) REFERENCES users(email) NOT VALID;
ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey;
ALTER TABLE posts
    ADD CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) NOT VALID;
--- reverts file 3 of 4
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE users
    ADD CONSTRAINT users_id_key UNIQUE (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX users_pkey_new ON users USING btree (id);
ALTER TABLE posts DROP CONSTRAINT posts_email_fkey;
ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey;
ALTER TABLE users DROP CONSTRAINT users_email_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX users_email_key ON users USING btree (email);
ALTER TABLE users DROP CONSTRAINT users_pkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE users
    ADD CONSTRAINT users_pkey PRIMARY KEY (email);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of posts that posts_email_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE email IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.email = posts.email)
--   template: UPDATE posts SET … WHERE email IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.email = posts.email);
ALTER TABLE posts
    ADD CONSTRAINT posts_email_fkey FOREIGN KEY (email) REFERENCES users(email);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of posts that posts_user_id_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE user_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = posts.user_id)
--   template: UPDATE posts SET … WHERE user_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = posts.user_id);
ALTER TABLE posts
    ADD CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
--- reverts file 2 of 4
ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey;
DROP INDEX users_pkey_new;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE posts
    ADD CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
--- reverts file 1 of 4
ALTER TABLE posts DROP CONSTRAINT posts_email_fkey;
DROP INDEX users_email_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE posts
    ADD CONSTRAINT posts_email_fkey FOREIGN KEY (email) REFERENCES users(email);
