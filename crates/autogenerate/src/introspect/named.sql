-- Objects of users that other objects may refer to, by their names in a reading.
WITH member AS MATERIALIZED (
    SELECT d.classid, d.objid, e.extname::text AS extension
    FROM pg_depend d
    JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.oid >= 16384
),
named (classid, objid, kind, name) AS MATERIALIZED (
    SELECT m.classid, m.objid, 'extension', m.extension FROM member m
    UNION ALL
    SELECT n.classid, n.objid, n.kind, n.name
    FROM (
        SELECT 'pg_proc'::regclass::oid, oid, CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
               oid::regprocedure::text
        FROM pg_proc
        WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_type'::regclass, u.oid,
               CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'composite type' END, t.oid::regtype::text
        FROM pg_type t
        LEFT JOIN pg_range r ON r.rngtypid = t.oid
        CROSS JOIN unnest(ARRAY[t.oid, t.typarray, r.rngmultitypid]) AS u (oid)
        WHERE t.oid >= 16384 AND (
            t.typtype IN ('d', 'r')
            OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
        )
        UNION ALL
        -- The row types of views.
        SELECT 'pg_type'::regclass, u.oid, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, c.oid::regclass::text
        FROM pg_class c
        JOIN pg_type t ON t.oid = c.reltype
        CROSS JOIN unnest(ARRAY[t.oid, t.typarray]) AS u (oid)
        WHERE c.oid >= 16384 AND c.relkind IN ('v', 'm')
        UNION ALL
        SELECT 'pg_publication'::regclass, oid, 'publication', quote_ident(pubname) FROM pg_publication
        UNION ALL
        SELECT 'pg_collation'::regclass, oid, 'collation', oid::regcollation::text FROM pg_collation WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_ts_config'::regclass, oid, 'text search configuration', oid::regconfig::text FROM pg_ts_config WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_ts_dict'::regclass, oid, 'text search dictionary', oid::regdictionary::text FROM pg_ts_dict WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_class'::regclass, oid, CASE relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, oid::regclass::text
        FROM pg_class
        WHERE oid >= 16384 AND relkind IN ('v', 'm')
    ) AS n (classid, objid, kind, name)
    WHERE n.objid IS NOT NULL AND NOT EXISTS (SELECT FROM member m WHERE m.classid = n.classid AND m.objid = n.objid)
)
