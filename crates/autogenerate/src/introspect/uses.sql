-- $1: the tables; follows named.sql. What defaults, constraints and indexes refer to. References of a constraint's
-- index count as the constraint's: the expressions of an exclusion constraint belong to its index.
, piece (kind, owner, classid, objid, relid, itself) AS (
    -- A default also depends on its own column.
    SELECT 'default', oid, tableoid, oid, adrelid, adnum FROM pg_attrdef WHERE adrelid = ANY ($1)
    UNION ALL
    SELECT 'constraint', oid, tableoid, oid, conrelid, 0 FROM pg_constraint WHERE conrelid = ANY ($1)
    UNION ALL
    SELECT CASE WHEN c.oid IS NULL THEN 'index' ELSE 'constraint' END,
           coalesce(c.oid, i.indexrelid), 'pg_class'::regclass, i.indexrelid, i.indrelid, 0
    FROM pg_index i
    LEFT JOIN pg_constraint c ON c.conrelid = i.indrelid AND c.conindid = i.indexrelid
        AND c.contype IN ('p', 'u', 'x')
    WHERE i.indrelid = ANY ($1)
),
enum (oid, schema, name) AS MATERIALIZED (
    SELECT t.oid, CASE WHEN NOT pg_type_is_visible(e.oid) THEN n.nspname::text END, e.typname::text
    FROM pg_type e
    JOIN pg_namespace n ON n.oid = e.typnamespace
    CROSS JOIN unnest(ARRAY[e.oid, e.typarray]) AS t (oid)
    WHERE e.typtype = 'e'
),
sequence (oid, schema, name) AS MATERIALIZED (
    SELECT s.oid, CASE WHEN NOT pg_table_is_visible(s.oid) THEN n.nspname::text END, s.relname::text
    FROM pg_class s
    JOIN pg_namespace n ON n.oid = s.relnamespace
    WHERE s.relkind = 'S'
)
SELECT p.kind,
       p.owner,
       a.attname::text AS "column",
       e.schema AS enum_schema,
       e.name AS enum,
       s.schema AS sequence_schema,
       s.name AS sequence,
       n.kind AS other_kind,
       n.name AS other,
       NULL::smallint AS number
FROM piece p
JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid
LEFT JOIN pg_attribute a ON d.refclassid = 'pg_class'::regclass AND d.refobjid = p.relid
    AND a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0 AND a.attnum <> p.itself
LEFT JOIN enum e ON d.refclassid = 'pg_type'::regclass AND e.oid = d.refobjid
LEFT JOIN sequence s ON d.refclassid = 'pg_class'::regclass AND s.oid = d.refobjid
LEFT JOIN named n ON d.refobjid >= 16384 AND n.classid = d.refclassid AND n.objid = d.refobjid
WHERE a.attnum IS NOT NULL OR e.oid IS NOT NULL OR s.oid IS NOT NULL OR n.objid IS NOT NULL
UNION ALL
-- The types and collations of columns.
SELECT 'column', d.objid, NULL, NULL, NULL, NULL, NULL, n.kind, n.name, d.objsubid::smallint
FROM pg_depend d
JOIN named n ON n.classid = d.refclassid AND n.objid = d.refobjid
WHERE d.classid = 'pg_class'::regclass AND d.objid = ANY ($1) AND d.objsubid > 0 AND d.refobjid >= 16384
  AND d.refclassid IN ('pg_type'::regclass, 'pg_collation'::regclass)
