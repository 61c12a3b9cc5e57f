, source (ordinal, classid, objid, subid, relid, index, itself) AS (
    -- $1 to $7: what the objects are, in the order of the answer.
    SELECT * FROM unnest($1::integer[], $2::oid[], $3::oid[], $4::integer[], $5::oid[], $6::oid[], $7::boolean[])
),
dependency (ordinal, classid, objid, subid) AS (
    -- A setting belongs to its table or column.
    SELECT s.ordinal, s.classid, s.objid, s.subid FROM source s WHERE s.itself
    UNION
    SELECT s.ordinal, 'pg_class'::regclass, s.relid, 0 FROM source s WHERE s.relid IS NOT NULL
    UNION
    SELECT s.ordinal, 'pg_class'::regclass, s.index, 0 FROM source s WHERE s.index IS NOT NULL
    UNION
    SELECT s.ordinal, d.refclassid, d.refobjid, d.refobjsubid
    FROM source s
    CROSS JOIN LATERAL (
        SELECT s.classid, s.objid
        UNION ALL
        -- The query of a view belongs to its rule.
        SELECT r.tableoid, r.oid FROM pg_rewrite r WHERE s.classid = 'pg_class'::regclass AND r.ev_class = s.objid
        UNION ALL
        SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index i WHERE s.classid = 'pg_class'::regclass AND i.indrelid = s.objid
        UNION ALL
        SELECT 'pg_class'::regclass, t.typrelid FROM pg_type t
        WHERE s.classid = 'pg_type'::regclass AND t.oid = s.objid AND t.typrelid <> 0
        UNION ALL
        SELECT c.tableoid, c.oid FROM pg_constraint c WHERE s.classid = 'pg_type'::regclass AND c.contypid = s.objid
    ) AS part (classid, objid)
    JOIN pg_depend d ON d.classid = part.classid AND d.objid = part.objid AND d.deptype IN ('n', 'a')
    WHERE NOT s.itself AND d.refobjid >= 16384 AND d.refobjid <> s.objid
)
SELECT d.ordinal,
       coalesce(n.kind, CASE
           WHEN c.relkind IN ('r', 'p') AND a.attnum IS NULL THEN 'table'
           WHEN c.relkind IN ('r', 'p') THEN 'column'
           WHEN c.relkind = 'S' THEN 'sequence'
           WHEN c.relkind IN ('i', 'I') THEN 'index'
           WHEN con.oid IS NOT NULL AND con.conrelid <> 0 THEN 'constraint'
           WHEN e.oid IS NOT NULL THEN 'enum'
           WHEN row_type.oid IS NOT NULL THEN 'table'
           WHEN d.classid = 'pg_namespace'::regclass THEN 'schema'
           ELSE 'other'
       END) AS kind,
       coalesce(n.name, c.relname, con.conname, e.typname, row_type.relname, space.nspname,
                pg_describe_object(d.classid, d.objid, d.subid))::text AS name,
       a.attname::text AS "column",
       CASE
           WHEN c.oid IS NOT NULL AND c.relkind NOT IN ('i', 'I') AND NOT pg_table_is_visible(c.oid) THEN c.relnamespace::regnamespace::text
           WHEN row_type.oid IS NOT NULL AND NOT pg_table_is_visible(row_type.oid) THEN row_type.relnamespace::regnamespace::text
           WHEN e.oid IS NOT NULL AND NOT pg_type_is_visible(e.oid) THEN e.typnamespace::regnamespace::text
       END AS name_schema,
       of.relname::text AS "table",
       CASE WHEN NOT pg_table_is_visible(of.oid) THEN of.relnamespace::regnamespace::text END AS table_schema
FROM dependency d
LEFT JOIN named n ON n.classid = d.classid AND n.objid = d.objid
LEFT JOIN pg_class c ON n.objid IS NULL AND d.classid = 'pg_class'::regclass AND c.oid = d.objid
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.subid AND d.subid > 0
LEFT JOIN pg_constraint con ON n.objid IS NULL AND d.classid = 'pg_constraint'::regclass AND con.oid = d.objid
LEFT JOIN pg_type t ON n.objid IS NULL AND d.classid = 'pg_type'::regclass AND t.oid = d.objid
LEFT JOIN pg_type e ON e.typtype = 'e' AND e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
LEFT JOIN pg_type r ON r.typtype = 'c' AND r.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
LEFT JOIN pg_class row_type ON row_type.oid = r.typrelid
LEFT JOIN pg_namespace space ON d.classid = 'pg_namespace'::regclass AND space.oid = d.objid
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_class of ON of.oid = coalesce(i.indrelid, con.conrelid)
