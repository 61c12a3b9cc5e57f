-- $1: the schemas.
SELECT c.oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       CASE WHEN NOT pg_table_is_visible(p.oid) THEN pn.nspname::text END AS parent_schema,
       p.relname::text AS parent,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       ARRAY(
           SELECT CASE WHEN NOT pg_table_is_visible(a.oid) THEN an.nspname::text END
           FROM pg_inherits i JOIN pg_class a ON a.oid = i.inhparent JOIN pg_namespace an ON an.oid = a.relnamespace
           WHERE i.inhrelid = c.oid AND NOT c.relispartition ORDER BY i.inhseqno
       ) AS inherits_schemas,
       ARRAY(
           SELECT a.relname::text FROM pg_inherits i JOIN pg_class a ON a.oid = i.inhparent
           WHERE i.inhrelid = c.oid AND NOT c.relispartition ORDER BY i.inhseqno
       ) AS inherits,
       c.relpersistence = 'u' AS unlogged,
       -- The prefix pg_ marks an option that the server maintains itself.
       ARRAY(
           SELECT option FROM unnest(c.reloptions) AS option WHERE option NOT LIKE 'pg\_%'
           UNION ALL
           SELECT 'toast.' || option FROM unnest(toast.reloptions) AS option WHERE option NOT LIKE 'pg\_%'
           ORDER BY 1
       ) AS options,
       pg_get_userbyid(c.relowner) <> current_user AS is_others,
       d.description AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_class p ON p.oid = i.inhparent
LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_description d ON d.classoid = c.tableoid AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relnamespace = ANY ($1) AND c.relkind IN ('r', 'p')
  -- Typed tables and tables that inherit from foreign ones are left alone.
  AND c.reloftype = 0
  AND NOT EXISTS (
      SELECT FROM pg_inherits i JOIN pg_class a ON a.oid = i.inhparent WHERE i.inhrelid = c.oid AND a.relkind = 'f'
  )
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.deptype = 'e')
