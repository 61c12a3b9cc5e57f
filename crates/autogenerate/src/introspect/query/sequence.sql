-- $1: the schemas.
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       format_type(s.seqtypid, NULL) AS data_type,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS min,
       s.seqmax AS max,
       s.seqcache AS cache,
       s.seqcycle AS cycle,
       own.nspname::text AS owner_schema,
       o.relname::text AS owner,
       a.attname::text AS owner_column,
       d.description AS comment
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend owned ON owned.classid = c.tableoid AND owned.objid = c.oid AND owned.objsubid = 0
    AND owned.refclassid = c.tableoid AND owned.refobjsubid > 0 AND owned.deptype = 'a'
LEFT JOIN pg_class o ON o.oid = owned.refobjid
LEFT JOIN pg_namespace own ON own.oid = o.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = owned.refobjid AND a.attnum = owned.refobjsubid
LEFT JOIN pg_description d ON d.classoid = c.tableoid AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relnamespace = ANY ($1)
  -- Belongs to an extension or an identity column.
  AND NOT EXISTS (
      SELECT FROM pg_depend e WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.objsubid = 0 AND e.deptype IN ('e', 'i')
  )
