-- $1: the schemas. $2: the tables that are read. $3: whether to include objects outside schemas.
WITH object (classid, objid, kind, name) AS (
    -- An extension owns the type of a composite type, not its relation.
    SELECT CASE c.relkind WHEN 'c' THEN 'pg_type'::regclass ELSE c.tableoid END,
           CASE c.relkind WHEN 'c' THEN c.reltype ELSE c.oid END,
           CASE c.relkind
               WHEN 'v' THEN 'view'
               WHEN 'm' THEN 'materialized view'
               WHEN 'f' THEN 'foreign table'
               WHEN 'c' THEN 'composite type'
               ELSE CASE WHEN c.reloftype <> 0 THEN 'typed table' ELSE 'inherited table' END
           END,
           c.oid::regclass::text
    FROM pg_class c
    WHERE c.relnamespace = ANY ($1)
      AND (c.relkind IN ('v', 'm', 'f', 'c') OR c.relkind IN ('r', 'p') AND c.oid <> ALL ($2))
    UNION ALL
    -- A sequence owned by a table is logged or unlogged like the table.
    SELECT c.tableoid, c.oid, 'unlogged sequence', c.oid::regclass::text
    FROM pg_class c
    WHERE c.relnamespace = ANY ($1) AND c.relkind = 'S' AND c.relpersistence = 'u'
      AND NOT EXISTS (
          SELECT FROM pg_depend o WHERE o.classid = c.tableoid AND o.objid = c.oid AND o.deptype IN ('a', 'i')
      )
    UNION ALL
    SELECT t.tableoid, t.oid, CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'type' END,
           t.oid::regtype::text
    FROM pg_type t
    WHERE t.typnamespace = ANY ($1)
      -- Array types are not standalone types. NOT IN is hashed; NOT EXISTS next to an OR would read
      -- all types for each row.
      AND (t.typtype IN ('d', 'r') OR t.typtype IN ('b', 'p') AND t.oid NOT IN (SELECT typarray FROM pg_type))
    UNION ALL
    SELECT p.tableoid, p.oid,
           CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
           p.oid::regprocedure::text
    FROM pg_proc p
    WHERE p.pronamespace = ANY ($1)
    UNION ALL
    SELECT c.tableoid, c.oid, 'trigger', format('%I ON %s', t.tgname, c.oid::regclass)
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = ANY ($1) AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT c.tableoid, c.oid, 'rule', format('%I ON %s', r.rulename, c.oid::regclass)
    FROM pg_rewrite r
    JOIN pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = ANY ($1) AND (c.relkind NOT IN ('v', 'm') OR r.rulename <> '_RETURN')
    UNION ALL
    SELECT c.tableoid, c.oid, 'policy', format('%I ON %s', p.polname, c.oid::regclass)
    FROM pg_policy p
    JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = ANY ($1)
    UNION ALL
    SELECT c.tableoid, c.oid, setting, c.oid::regclass::text
    FROM pg_class c
    CROSS JOIN unnest(ARRAY[
        CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN 'row security' END,
        CASE WHEN c.relreplident <> 'd' THEN 'replica identity' END,
        CASE WHEN c.reltablespace <> 0 THEN 'tablespace' END,
        CASE WHEN c.relkind = 'r' AND c.relam <> 2 THEN 'access method' END
    ]) AS setting
    WHERE c.oid = ANY ($2) AND setting IS NOT NULL
    UNION ALL
    SELECT i.tableoid, i.indexrelid, setting, i.indexrelid::regclass::text
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    CROSS JOIN unnest(ARRAY[
        CASE WHEN i.indisclustered THEN 'clustered index' END,
        CASE WHEN c.reltablespace <> 0 THEN 'tablespace' END
    ]) AS setting
    WHERE i.indrelid = ANY ($2) AND setting IS NOT NULL
    UNION ALL
    SELECT a.tableoid, a.attrelid, setting, format('%s.%I', a.attrelid::regclass, a.attname)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    CROSS JOIN unnest(ARRAY[
        CASE WHEN a.attstorage <> t.typstorage THEN 'column storage' END,
        CASE WHEN a.attcompression <> '' THEN 'column compression' END,
        CASE WHEN a.attstattarget >= 0 THEN 'column statistics' END,
        -- The prefix pg_ marks an option that the server maintains itself.
        CASE WHEN EXISTS (SELECT FROM unnest(a.attoptions) AS option WHERE option NOT LIKE 'pg\_%')
            THEN 'column options' END
    ]) AS setting
    WHERE a.attrelid = ANY ($2) AND a.attnum > 0 AND NOT a.attisdropped AND setting IS NOT NULL
      -- A cheap filter first: hardly any column has one of these.
      AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL)
    UNION ALL
    -- PostgreSQL 18 has NOT NULL constraints that a column's flag cannot express.
    SELECT c.tableoid, c.oid, 'not null constraint', format('%I ON %s', c.conname, c.conrelid::regclass)
    FROM pg_constraint c
    WHERE c.conrelid = ANY ($2) AND c.contype = 'n' AND (c.connoinherit OR NOT c.convalidated)
    UNION ALL
    SELECT s.tableoid, s.oid, 'statistics',
           CASE WHEN pg_statistics_obj_is_visible(s.oid) THEN quote_ident(s.stxname)
                ELSE format('%I.%I', n.nspname, s.stxname) END
    FROM pg_statistic_ext s
    JOIN pg_namespace n ON n.oid = s.stxnamespace
    WHERE s.stxnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'collation', oid::regcollation::text FROM pg_collation WHERE collnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'operator', oid::regoperator::text FROM pg_operator WHERE oprnamespace = ANY ($1)
    UNION ALL
    SELECT o.tableoid, o.oid, 'operator class', pg_describe_object(o.tableoid, o.oid, 0)
    FROM pg_opclass o
    WHERE o.opcnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'conversion', quote_ident(conname) FROM pg_conversion WHERE connamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'text search configuration', oid::regconfig::text
    FROM pg_ts_config
    WHERE cfgnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'text search dictionary', oid::regdictionary::text
    FROM pg_ts_dict
    WHERE dictnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'text search parser', quote_ident(prsname) FROM pg_ts_parser WHERE prsnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'text search template', quote_ident(tmplname)
    FROM pg_ts_template
    WHERE tmplnamespace = ANY ($1)
    UNION ALL
    SELECT tableoid, oid, 'publication', quote_ident(pubname) FROM pg_publication WHERE $3
    UNION ALL
    SELECT tableoid, oid, 'event trigger', quote_ident(evtname) FROM pg_event_trigger WHERE $3
    UNION ALL
    SELECT tableoid, oid, 'foreign-data wrapper', quote_ident(fdwname) FROM pg_foreign_data_wrapper WHERE $3
    UNION ALL
    SELECT tableoid, oid, 'server', quote_ident(srvname) FROM pg_foreign_server WHERE $3
    UNION ALL
    SELECT tableoid, oid, 'language', quote_ident(lanname) FROM pg_language WHERE $3 AND oid >= 16384
    UNION ALL
    SELECT tableoid, oid, 'access method', quote_ident(amname) FROM pg_am WHERE $3 AND oid >= 16384
    UNION ALL
    SELECT tableoid, oid, 'cast', format('(%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL))
    FROM pg_cast
    WHERE $3 AND oid >= 16384
)
SELECT o.kind, o.name
FROM object o
WHERE NOT EXISTS (
    -- Belongs to an extension, or is part of another object, like a range type's constructors and
    -- cast.
    SELECT FROM pg_depend e WHERE e.classid = o.classid AND e.objid = o.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i')
)
