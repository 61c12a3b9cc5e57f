-- Tables, sequences, enums, schemas, extensions and objects that are defined by a text of SQL, by an identity that
-- renaming does not change. The kinds of the latter are those of the reader.
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
SELECT 'schema', oid::int8, NULL, nspname::text FROM pg_namespace WHERE nspname !~ '^pg_'
UNION ALL
SELECT 'extension', oid::int8, NULL, extname::text FROM pg_extension
UNION ALL
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, c.oid::int8, n.nspname::text, c.relname::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
       p.oid::int8, n.nspname::text, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid >= 16384
UNION ALL
SELECT 'trigger', t.oid::int8, t.tgrelid::regclass::text, t.tgname::text FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL
SELECT 'rule', r.oid::int8, r.ev_class::regclass::text, r.rulename::text FROM pg_rewrite r WHERE r.oid >= 16384
UNION ALL
SELECT 'policy', p.oid::int8, p.polrelid::regclass::text, p.polname::text FROM pg_policy p
UNION ALL
SELECT 'extended statistics', s.oid::int8, n.nspname::text, s.stxname::text
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'composite type' END,
       t.oid::int8, n.nspname::text, t.typname::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.oid >= 16384 AND (t.typtype IN ('d', 'r') OR c.relkind = 'c')
UNION ALL
SELECT 'collation', c.oid::int8, n.nspname::text, c.collname::text
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid >= 16384
UNION ALL
SELECT 'publication', oid::int8, NULL, pubname::text FROM pg_publication
