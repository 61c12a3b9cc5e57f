--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_pkey_new ON users USING btree (tenant_id, id);
--- a new file
ALTER TABLE posts DROP CONSTRAINT posts_user_fkey;
ALTER TABLE users DROP CONSTRAINT users_pkey;
ALTER TABLE users
    ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey_new;
ALTER TABLE posts
    ADD CONSTRAINT posts_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of posts that posts_user_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE tenant_id IS NOT NULL AND user_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.tenant_id = posts.tenant_id AND other.id = posts.user_id)
--   template: UPDATE posts SET … WHERE tenant_id IS NOT NULL AND user_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.tenant_id = posts.tenant_id AND other.id = posts.user_id);
ALTER TABLE posts VALIDATE CONSTRAINT posts_user_fkey;
