--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY users_city_idx ON users
    USING btree (((profile ->> 'city'::text)), ((upper(email) || 'x'::text)) DESC);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of users (lower(email))
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY lower(email)) AS row_of_group FROM users WHERE lower(email) IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY lower(email) ORDER BY …) AS n
--   template:         FROM users WHERE lower(email) IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users USING btree (lower(email));
