--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of users (id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM users) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM users
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY users_pkey_new ON users USING btree (id);
--- a new file
ALTER TABLE posts DROP CONSTRAINT posts_user_fkey;
ALTER TABLE users DROP CONSTRAINT users_pkey;
ALTER TABLE users
    ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey_new;
ALTER TABLE posts
    ADD CONSTRAINT posts_user_fkey FOREIGN KEY (user_id) REFERENCES users(id) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of posts that posts_user_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE user_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = posts.user_id)
--   template: UPDATE posts SET … WHERE user_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = posts.user_id);
ALTER TABLE posts VALIDATE CONSTRAINT posts_user_fkey;
