-- $1: the schemas.
SELECT n.nspname::text AS schema,
       t.typname::text AS name,
       ARRAY(SELECT v.enumlabel::text FROM pg_enum v WHERE v.enumtypid = t.oid ORDER BY v.enumsortorder) AS values,
       pg_get_userbyid(t.typowner) <> current_user AS is_others,
       d.description AS comment
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_description d ON d.classoid = t.tableoid AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.typnamespace = ANY ($1) AND t.typtype = 'e'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = t.tableoid AND e.objid = t.oid AND e.deptype = 'e')
