--- reverts file 3 of 3
ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
ALTER TABLE posts
    ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users(email) NOT VALID;
--- reverts file 2 of 3
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE users
    ADD CONSTRAINT users_email_key UNIQUE (email);
ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
ALTER TABLE users DROP CONSTRAINT users_login_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of users (email)
--   referenced by rows of posts (posts_author_fkey): move them first: SELECT count(*) FROM posts AS child WHERE EXISTS (SELECT FROM (SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY email) AS rows_of_group FROM users) AS numbered WHERE rows_of_group > 1) AS parent WHERE parent.email = child.author)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY email) AS row_of_group FROM users) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY email ORDER BY …) AS n
--   template:         FROM users
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX users_login_key ON users USING btree (email) NULLS NOT DISTINCT;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of posts that posts_author_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE author IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.email = posts.author)
--   template: UPDATE posts SET … WHERE author IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.email = posts.author);
ALTER TABLE posts
    ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users(email);
--- reverts file 1 of 3
ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
DROP INDEX users_login_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE posts
    ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users(email);
