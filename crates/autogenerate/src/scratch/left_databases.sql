-- Scratch databases whose advisory lock no session holds, in any database.
SELECT d.datname::text
FROM pg_database d
WHERE d.datname ~ '^autogenerate_scratch_[0-9a-f]{16}$'
  AND NOT EXISTS (
      SELECT
      FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.objsubid = 1
        AND l.classid = ('x' || substr(d.datname, 22, 8))::bit(32)::bigint::oid
        AND l.objid = ('x' || substr(d.datname, 30, 8))::bit(32)::bigint::oid
  )
