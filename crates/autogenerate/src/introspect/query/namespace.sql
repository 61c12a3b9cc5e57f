-- $1: the schema that is read alone, or NULL for all but the system's and the extensions'.
SELECT n.oid,
       n.nspname::text AS name,
       -- What initdb says about its own schema says nothing.
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
