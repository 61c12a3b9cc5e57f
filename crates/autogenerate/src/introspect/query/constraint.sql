-- $1: the tables.
SELECT c.oid,
       c.conrelid AS "table",
       c.conname::text AS name,
       c.contype::text AS kind,
       pg_get_constraintdef(c.oid) AS definition,
       -- A constraint that is not enforced (PostgreSQL 18) is never validated; its definition says
       -- NOT ENFORCED.
       c.convalidated OR coalesce(to_jsonb(c) ->> 'conenforced' = 'false', false) AS validated,
       c.coninhcount > 0 OR c.conparentid <> 0 AS inherited,
       c.coninhcount > 0 AND c.conislocal AND NOT t.relispartition AS also_own,
       CASE WHEN c.contype IN ('p', 'u', 'f') THEN ARRAY(
           SELECT a.attname::text
           FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, ordinal)
           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
           ORDER BY k.ordinal
       ) END AS columns,
       CASE WHEN NOT pg_table_is_visible(r.oid) THEN rn.nspname::text END AS references_schema,
       r.relname::text AS "references",
       CASE WHEN c.contype = 'f' THEN ARRAY(
           SELECT a.attname::text
           FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, ordinal)
           JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum
           ORDER BY k.ordinal
       ) END AS referenced,
       CASE
           WHEN c.condeferred THEN 'DEFERRABLE INITIALLY DEFERRED'
           WHEN c.condeferrable THEN 'DEFERRABLE'
           ELSE ''
       END AS "deferrable",
       d.description AS comment
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid
LEFT JOIN pg_constraint parent ON parent.oid = c.conparentid
LEFT JOIN pg_class r ON r.oid = c.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_description d ON d.classoid = c.tableoid AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.conrelid = ANY ($1)
  -- NOT NULL ('n', PostgreSQL 18) is read with columns, and constraint triggers ('t') are triggers.
  AND c.contype IN ('p', 'u', 'f', 'c', 'x')
  -- A foreign key to a partitioned table has an extra entry on the same table for each partition.
  AND parent.conrelid IS DISTINCT FROM c.conrelid
