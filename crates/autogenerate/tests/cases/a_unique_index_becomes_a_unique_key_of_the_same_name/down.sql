--- reverts file 3 of 3
ALTER TABLE users DROP CONSTRAINT users_email_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX users_email_key ON users USING btree (email);
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY users_email_key;
--- reverts file 1 of 3
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of users (email)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY email) AS row_of_group FROM users WHERE email IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY email ORDER BY …) AS n
--   template:         FROM users WHERE email IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users USING btree (email);
