-- $1: the schemas to retain. $2: the extensions to retain. Returns statements that drop everything
-- else, as one text.
WITH statement (step, sql) AS (
    SELECT 1, format('DROP EVENT TRIGGER IF EXISTS %I CASCADE', evtname)
    FROM pg_event_trigger t
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = t.tableoid AND e.objid = t.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 1, format('DROP PUBLICATION IF EXISTS %I CASCADE', pubname) FROM pg_publication
    UNION ALL
    SELECT 2, format('DROP EXTENSION IF EXISTS %I CASCADE', extname)
    FROM pg_extension
    WHERE oid >= 16384 AND extname <> ALL ($2::text[])
    UNION ALL
    SELECT 3, format('DROP SCHEMA IF EXISTS %I CASCADE', n.nspname)
    FROM pg_namespace n
    WHERE n.nspname <> ALL ($1::text[]) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = n.tableoid AND e.objid = n.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 4, format(
        'DROP %s IF EXISTS %s CASCADE',
        CASE o.type
            WHEN 'function' THEN 'ROUTINE'
            WHEN 'procedure' THEN 'ROUTINE'
            WHEN 'aggregate' THEN 'ROUTINE'
            WHEN 'statistics object' THEN 'STATISTICS'
            ELSE upper(o.type)
        END,
        o.identity
    )
    FROM pg_namespace n
    JOIN pg_depend d ON d.refclassid = n.tableoid AND d.refobjid = n.oid AND d.deptype = 'n'
    CROSS JOIN pg_identify_object(d.classid, d.objid, 0) o
    WHERE n.nspname = ANY ($1::text[]) AND o.type NOT IN ('extension', 'default acl')
      AND NOT EXISTS (
          SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i')
      )
    UNION ALL
    SELECT 5, format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname)
    FROM pg_foreign_data_wrapper f
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = f.tableoid AND e.objid = f.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 5, format('DROP CAST IF EXISTS (%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL))
    FROM pg_cast c
    WHERE oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = c.tableoid AND e.objid = c.oid AND e.objsubid = 0 AND e.deptype IN ('e', 'i'))
    UNION ALL
    SELECT 6, format('CREATE SCHEMA IF NOT EXISTS %I', schema) FROM unnest($1::text[]) AS schema
)
SELECT coalesce(string_agg(sql, '; ' ORDER BY step, sql), '') FROM statement
