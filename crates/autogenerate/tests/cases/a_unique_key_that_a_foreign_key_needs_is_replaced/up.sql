--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of users (email)
--   hazards: deletes-data, may-fail-on-data
--   referenced by rows of posts (posts_author_fkey): move them first: SELECT count(*) FROM posts AS child WHERE EXISTS (SELECT FROM (SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY email) AS rows_of_group FROM users) AS numbered WHERE rows_of_group > 1) AS parent WHERE parent.email = child.author)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY email) AS row_of_group FROM users) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY email ORDER BY …) AS n
--   template:         FROM users
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY users_login_key ON users USING btree (email) NULLS NOT DISTINCT;
--- a new file
ALTER TABLE users
    ADD CONSTRAINT users_login_key UNIQUE USING INDEX users_login_key;
ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE posts
    ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users(email) NOT VALID;
--- a new file
ALTER TABLE posts VALIDATE CONSTRAINT posts_author_fkey;
