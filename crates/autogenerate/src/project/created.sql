-- Tables, sequences, enums, domains, composite types, schemas and extensions, by an identity that renaming does not change.
SELECT 'table' AS kind, c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS name
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT 'sequence', c.oid::int8, n.nspname::text, c.relname::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND n.nspname !~ '^pg_'
UNION ALL
SELECT 'enum', t.oid::int8, n.nspname::text, t.typname::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e'
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'composite type' END, t.oid::int8, n.nspname::text, t.typname::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE (t.typtype = 'd' OR c.relkind = 'c') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT 'schema', oid::int8, NULL, nspname::text FROM pg_namespace WHERE nspname !~ '^pg_'
UNION ALL
SELECT 'extension', oid::int8, NULL, extname::text FROM pg_extension
