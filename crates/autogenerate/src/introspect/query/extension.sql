-- The first object identifier that is not initdb's is 16384: plpgsql is part of every database.
SELECT e.extname::text AS name, n.nspname::text AS schema
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.oid >= 16384
