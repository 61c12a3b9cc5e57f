ALTER TABLE users ALTER COLUMN code SET DATA TYPE citext;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of users (email::citext)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY email::citext) AS row_of_group FROM users WHERE email::citext IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY email::citext ORDER BY …) AS n
--   template:         FROM users WHERE email::citext IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE users ALTER COLUMN email SET DATA TYPE citext;
-- hazards: blocks-writes, blocks-reads, builds-index
ALTER TABLE users ALTER COLUMN name SET DATA TYPE citext;
--- alone in a file
DROP INDEX CONCURRENTLY users_nick_id_idx;
--- a new file
ALTER TABLE users ALTER COLUMN nick SET DATA TYPE citext;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_nick_id_idx ON users
    USING btree (nick, id) WHERE (nick <> ''::citext);
--- a new file
ANALYZE users;
