--- reverts file 5 of 5
--- reverts file 4 of 5
--- alone in a file
DROP INDEX CONCURRENTLY users_nick_id_idx;
--- reverts file 3 of 5
ALTER TABLE users ALTER COLUMN nick SET DATA TYPE text;
ANALYZE users;
--- reverts file 2 of 5
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY users_nick_id_idx ON users
    USING btree (nick, id) WHERE (nick <> ''::text);
--- reverts file 1 of 5
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of users.code fit character varying(10)
--   count: SELECT count(*) FROM users WHERE char_length(code::text) > 10
--   template: UPDATE users SET code = … WHERE char_length(code::text) > 10;
ALTER TABLE users ALTER COLUMN code SET DATA TYPE character varying(10);
-- hazards: blocks-writes, blocks-reads, builds-index
ALTER TABLE users ALTER COLUMN email SET DATA TYPE text;
-- hazards: blocks-writes, blocks-reads, builds-index
ALTER TABLE users ALTER COLUMN name SET DATA TYPE text;
ANALYZE users;
