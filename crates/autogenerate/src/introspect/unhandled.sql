-- $1: the schemas. $2: the tables that are read. $3: whether to include objects outside schemas.
WITH object (classid, objid, kind, name) AS (
    SELECT c.tableoid,
           c.oid,
           CASE c.relkind
               WHEN 'f' THEN 'foreign table'
               ELSE CASE WHEN c.reloftype <> 0 THEN 'typed table' ELSE 'inherited table' END
           END,
           c.oid::regclass::text
    FROM pg_class c
    WHERE c.relnamespace = ANY ($1)
      AND (c.relkind = 'f' OR c.relkind IN ('r', 'p') AND c.oid <> ALL ($2))
    UNION ALL
    -- A sequence owned by a table is logged or unlogged like the table.
    SELECT c.tableoid, c.oid, 'unlogged sequence', c.oid::regclass::text
    FROM pg_class c
    WHERE c.relnamespace = ANY ($1) AND c.relkind = 'S' AND c.relpersistence = 'u'
      AND NOT EXISTS (
          SELECT FROM pg_depend o WHERE o.classid = c.tableoid AND o.objid = c.oid AND o.deptype IN ('a', 'i')
      )
    UNION ALL
    SELECT t.tableoid, t.oid, 'type', t.oid::regtype::text
    FROM pg_type t
    WHERE t.typnamespace = ANY ($1)
      -- Array types are not standalone types. NOT IN is hashed.
      AND t.typtype IN ('b', 'p') AND t.oid NOT IN (SELECT typarray FROM pg_type)
    UNION ALL
    SELECT c.tableoid, c.oid, setting, c.oid::regclass::text
    FROM pg_class c
    CROSS JOIN unnest(ARRAY[
        CASE WHEN c.reltablespace <> 0 THEN 'tablespace' END,
        CASE WHEN c.relkind = 'r' AND c.relam <> 2 THEN 'access method' END
    ]) AS setting
    WHERE c.oid = ANY ($2) AND setting IS NOT NULL
    UNION ALL
    SELECT i.tableoid, i.indexrelid, 'tablespace', i.indexrelid::regclass::text
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = ANY ($2) AND c.reltablespace <> 0
    UNION ALL
    -- PostgreSQL 18 has NOT NULL constraints that a column's flag cannot express.
    SELECT c.tableoid, c.oid, 'not null constraint', format('%I ON %s', c.conname, c.conrelid::regclass)
    FROM pg_constraint c
    WHERE c.conrelid = ANY ($2) AND c.contype = 'n' AND (c.connoinherit OR NOT c.convalidated)
    UNION ALL
    SELECT tableoid, oid, 'operator', oid::regoperator::text FROM pg_operator WHERE oprnamespace = ANY ($1)
    UNION ALL
    SELECT o.tableoid, o.oid, 'operator class', pg_describe_object(o.tableoid, o.oid, 0)
    FROM pg_opclass o
    WHERE o.opcnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'conversion', quote_ident(conname) FROM pg_conversion WHERE connamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'text search parser', quote_ident(prsname) FROM pg_ts_parser WHERE prsnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'text search template', quote_ident(tmplname)
    FROM pg_ts_template
    WHERE tmplnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'foreign-data wrapper', quote_ident(fdwname) FROM pg_foreign_data_wrapper WHERE $3
    UNION ALL
    SELECT tableoid, oid, 'server', quote_ident(srvname) FROM pg_foreign_server WHERE $3
    UNION ALL
    SELECT tableoid, oid, 'language', quote_ident(lanname) FROM pg_language WHERE $3 AND oid >= 16384
    UNION ALL
    SELECT tableoid, oid, 'access method', quote_ident(amname) FROM pg_am WHERE $3 AND oid >= 16384
)
SELECT o.kind, o.name
FROM object o
WHERE NOT EXISTS (
    -- Belongs to an extension, or is part of another object, like a range type's constructors and
    -- cast.
    SELECT FROM pg_depend e WHERE e.classid = o.classid AND e.objid = o.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i')
)
