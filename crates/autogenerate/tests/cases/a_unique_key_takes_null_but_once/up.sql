--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of users (email)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY email) AS row_of_group FROM users) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY email ORDER BY …) AS n
--   template:         FROM users
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY users_email_key_new ON users
    USING btree (email) NULLS NOT DISTINCT;
--- a new file
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users
    ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key_new;
