--- reverts file 3 of 3
ALTER TABLE posts DROP CONSTRAINT posts_user_fkey;
ALTER TABLE posts
    ADD CONSTRAINT posts_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) NOT VALID;
--- reverts file 2 of 3
-- hazards: blocks-writes, may-fail-on-data, builds-index
CREATE UNIQUE INDEX users_pkey_new ON users USING btree (tenant_id, id);
ALTER TABLE posts DROP CONSTRAINT posts_user_fkey;
ALTER TABLE users DROP CONSTRAINT users_pkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of users (id)
--   referenced by rows of posts (posts_user_fkey): move them first: SELECT count(*) FROM posts AS child WHERE EXISTS (SELECT FROM (SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY id) AS rows_of_group FROM users) AS numbered WHERE rows_of_group > 1) AS parent WHERE parent.tenant_id = child.tenant_id AND parent.id = child.user_id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM users) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM users
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of posts that posts_user_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE user_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = posts.user_id)
--   template: UPDATE posts SET … WHERE user_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = posts.user_id);
ALTER TABLE posts
    ADD CONSTRAINT posts_user_fkey FOREIGN KEY (user_id) REFERENCES users(id);
--- reverts file 1 of 3
ALTER TABLE posts DROP CONSTRAINT posts_user_fkey;
DROP INDEX users_pkey_new;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE posts
    ADD CONSTRAINT posts_user_fkey FOREIGN KEY (user_id) REFERENCES users(id);
