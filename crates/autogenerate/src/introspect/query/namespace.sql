-- $1: the only schema to read, or NULL for all except the system's and the extensions'.
SELECT n.oid,
       n.nspname::text AS name,
       -- The comment that initdb gives its own schema.
       nullif(d.description, 'standard public schema') AS comment
FROM pg_namespace n
LEFT JOIN pg_description d ON d.classoid = n.tableoid AND d.objoid = n.oid AND d.objsubid = 0
WHERE CASE
    WHEN $1::text IS NOT NULL THEN n.nspname = $1
    ELSE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (
            SELECT FROM pg_depend e WHERE e.classid = n.tableoid AND e.objid = n.oid AND e.deptype = 'e'
        )
END
