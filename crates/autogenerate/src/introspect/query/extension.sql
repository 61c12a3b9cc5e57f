-- Extensions that initdb creates in every database, such as plpgsql, have OIDs below 16384.
SELECT e.extname::text AS name, n.nspname::text AS schema
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.oid >= 16384
