-- $1: the schemas. $2: the tables that are read. $3: whether to include objects outside schemas.
-- Each row is an object with the statements that create it and the one that drops it. `subid` is the column that a
-- setting belongs to. A signature is what has to stay the same to replace the object in place.
WITH relation AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.reloptions, c.relispopulated, c.relrowsecurity, c.relforcerowsecurity,
           c.relreplident, c.oid::regclass::text AS name, format('%I.%I', n.nspname, c.relname) AS qualified
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relnamespace = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
),
own_table AS (SELECT * FROM relation WHERE oid = ANY ($2)),
letter (letter, word) AS (
    VALUES ('p'::"char", 'PLAIN'), ('e', 'EXTERNAL'), ('m', 'MAIN'), ('x', 'EXTENDED')
),
object (kind, classid, objid, subid, relid, name, "create", "drop", signature) AS (
    SELECT CASE relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
           'pg_class'::regclass::oid, oid, 0, NULL::oid, name,
           ARRAY[format(
               'CREATE %s %s%s AS%s%s',
               CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END,
               name,
               (SELECT format(' WITH (%s)', string_agg(format('%I=%L', o.option_name, o.option_value), ', ' ORDER BY o.option_name))
                FROM pg_options_to_table(reloptions) o HAVING count(*) > 0),
               E'\n',
               rtrim(pg_get_viewdef(oid), ';') || CASE WHEN relkind = 'm' AND NOT relispopulated THEN E'\nWITH NO DATA' ELSE '' END
           )] || ARRAY(
               SELECT pg_get_indexdef(i.indexrelid, 0, true) FROM pg_index i WHERE i.indrelid = relation.oid ORDER BY i.indexrelid::regclass::text
           ) || ARRAY(
               SELECT format('COMMENT ON INDEX %s IS %L', i.indexrelid::regclass, d.description)
               FROM pg_index i JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.indexrelid
               WHERE i.indrelid = relation.oid ORDER BY i.indexrelid::regclass::text
           ) || ARRAY(
               SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', relation.name, a.attname, pg_get_expr(d.adbin, d.adrelid))
               FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
               WHERE d.adrelid = relation.oid ORDER BY a.attnum
           ),
           format('DROP %s %s', CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, name),
           CASE relkind WHEN 'v' THEN (
               SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
               FROM pg_attribute WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
           -- A materialized view is replaced with its query.
           ) ELSE concat_ws(' ', relispopulated, ARRAY(SELECT unnest(reloptions) ORDER BY 1), pg_get_viewdef(oid)) END
    FROM relation
    WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
           p.tableoid, p.oid, 0, NULL, p.oid::regprocedure::text,
           ARRAY[overlay(
               rtrim(pg_get_functiondef(p.oid), E'\n')
               PLACING format(
                   'CREATE OR REPLACE %s %s(',
                   CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
                   CASE WHEN pg_function_is_visible(p.oid) THEN quote_ident(p.proname) ELSE format('%I.%I', n.nspname, p.proname) END
               )
               FROM 1 FOR length(format(
                   'CREATE OR REPLACE %s %I.%I(', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, n.nspname, p.proname
               ))
           )],
           format('DROP %s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure),
           concat_ws(' ', p.prokind, p.prorettype::regtype, p.proretset, p.proargnames, p.proargmodes, p.proallargtypes::regtype[], p.pronargdefaults)
    FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.pronamespace = ANY ($1) AND p.prokind <> 'a'
    UNION ALL
    SELECT 'aggregate', p.tableoid, p.oid, 0, NULL, p.oid::regprocedure::text,
           ARRAY[format(
               'CREATE AGGREGATE %s(%s) (%s)',
               CASE WHEN pg_function_is_visible(p.oid) THEN quote_ident(p.proname) ELSE format('%I.%I', n.nspname, p.proname) END,
               CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
               concat_ws(
                   ', ',
                   'SFUNC = ' || a.aggtransfn,
                   'STYPE = ' || format_type(a.aggtranstype, NULL),
                   'SSPACE = ' || nullif(a.aggtransspace, 0),
                   'FINALFUNC = ' || nullif(a.aggfinalfn::oid, 0)::regproc,
                   CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                   'FINALFUNC_MODIFY = ' || modify.word,
                   'COMBINEFUNC = ' || nullif(a.aggcombinefn::oid, 0)::regproc,
                   'SERIALFUNC = ' || nullif(a.aggserialfn::oid, 0)::regproc,
                   'DESERIALFUNC = ' || nullif(a.aggdeserialfn::oid, 0)::regproc,
                   'INITCOND = ' || quote_literal(a.agginitval),
                   'MSFUNC = ' || nullif(a.aggmtransfn::oid, 0)::regproc,
                   'MINVFUNC = ' || nullif(a.aggminvtransfn::oid, 0)::regproc,
                   CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,
                   'MSSPACE = ' || nullif(a.aggmtransspace, 0),
                   'MFINALFUNC = ' || nullif(a.aggmfinalfn::oid, 0)::regproc,
                   CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                   'MINITCOND = ' || quote_literal(a.aggminitval),
                   (SELECT format('SORTOP = OPERATOR(%I.%s)', s.nspname, o.oprname)
                    FROM pg_operator o JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
                   CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
                   CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END
               )
           )],
           format('DROP AGGREGATE %s', p.oid::regprocedure),
           NULL
    FROM pg_aggregate a
    JOIN pg_proc p ON p.oid = a.aggfnoid
    JOIN pg_namespace n ON n.oid = p.pronamespace
    LEFT JOIN (VALUES ('r'::"char", 'READ_ONLY'), ('s', 'SHAREABLE'), ('w', 'READ_WRITE')) AS modify (letter, word)
        ON modify.letter = a.aggfinalmodify AND a.aggfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r'::"char" ELSE 'w' END
    WHERE p.pronamespace = ANY ($1)
    UNION ALL
    SELECT 'trigger', t.tableoid, t.oid, 0, t.tgrelid, quote_ident(t.tgname),
           -- With all parentheses, which comes with the table's schema.
           ARRAY[overlay(
               pg_get_triggerdef(t.oid) PLACING c.name
               FROM position(' ON ' || c.qualified IN pg_get_triggerdef(t.oid)) + 4 FOR length(c.qualified)
           )] || CASE t.tgenabled WHEN 'O' THEN '{}' ELSE ARRAY[format(
               'ALTER TABLE %s %s TRIGGER %I',
               c.name,
               CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
               t.tgname
           )] END,
           format('DROP TRIGGER %I ON %s', t.tgname, c.name),
           NULL
    FROM pg_trigger t
    JOIN relation c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 'rule', r.tableoid, r.oid, 0, r.ev_class, quote_ident(r.rulename),
           ARRAY[overlay(
               rtrim(pg_get_ruledef(r.oid), ';') PLACING c.name
               FROM position(' TO ' || c.qualified IN pg_get_ruledef(r.oid)) + 4 FOR length(c.qualified)
           )] || CASE r.ev_enabled WHEN 'O' THEN '{}' ELSE ARRAY[format(
               'ALTER TABLE %s %s RULE %I',
               c.name,
               CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
               r.rulename
           )] END,
           format('DROP RULE %I ON %s', r.rulename, c.name),
           NULL
    FROM pg_rewrite r
    JOIN relation c ON c.oid = r.ev_class
    WHERE r.rulename <> '_RETURN' OR c.relkind NOT IN ('v', 'm')
    UNION ALL
    SELECT 'policy', p.tableoid, p.oid, 0, p.polrelid, quote_ident(p.polname),
           ARRAY[concat(
               format('CREATE POLICY %I ON %s', p.polname, c.name),
               CASE WHEN NOT p.polpermissive THEN ' AS RESTRICTIVE' END,
               CASE p.polcmd
                   WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE'
               END,
               (SELECT ' TO ' || string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles)),
               ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
               ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
           )],
           format('DROP POLICY %I ON %s', p.polname, c.name),
           NULL
    FROM pg_policy p
    JOIN relation c ON c.oid = p.polrelid
    UNION ALL
    SELECT 'extended statistics', s.tableoid, s.oid, 0, s.stxrelid, v.name,
           ARRAY[overlay(
               -- The order of the columns is that in the table, which does not matter.
               CASE WHEN s.stxexprs IS NULL THEN regexp_replace(pg_get_statisticsobjdef(s.oid), ' ON .* FROM ', concat(
                   ' ON ',
                   (SELECT replace(string_agg(quote_ident(attname), ', ' ORDER BY attname), '\', '\\')
                    FROM pg_attribute WHERE attrelid = s.stxrelid AND attnum = ANY (s.stxkeys::smallint[])),
                   ' FROM '
               )) ELSE pg_get_statisticsobjdef(s.oid) END
               PLACING format('CREATE STATISTICS %s', v.name)
               FROM 1 FOR length(format('CREATE STATISTICS %I.%I', n.nspname, s.stxname))
           )] || CASE WHEN coalesce((to_jsonb(s) ->> 'stxstattarget')::integer, -1) < 0 THEN '{}'
               ELSE ARRAY[format('ALTER STATISTICS %s SET STATISTICS %s', v.name, to_jsonb(s) ->> 'stxstattarget')] END,
           format('DROP STATISTICS %s', v.name),
           NULL
    FROM pg_statistic_ext s
    JOIN pg_namespace n ON n.oid = s.stxnamespace
    CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_statistics_obj_is_visible(s.oid) THEN quote_ident(s.stxname) ELSE format('%I.%I', n.nspname, s.stxname) END
    ) AS v (name)
    WHERE s.stxnamespace = ANY ($1)
    UNION ALL
    SELECT 'domain', t.tableoid, t.oid, 0, NULL, t.oid::regtype::text,
           ARRAY[concat(
               format('CREATE DOMAIN %s AS %s', t.oid::regtype, format_type(t.typbasetype, t.typtypmod)),
               CASE WHEN t.typcollation <> b.typcollation THEN ' COLLATE ' || t.typcollation::regcollation END
           )] || ARRAY_REMOVE(ARRAY[
               format('ALTER DOMAIN %s SET DEFAULT ', t.oid::regtype) || t.typdefault,
               CASE WHEN t.typnotnull THEN format('ALTER DOMAIN %s SET NOT NULL', t.oid::regtype) END
           ], NULL) || ARRAY(
               SELECT format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', t.oid::regtype, c.conname, pg_get_constraintdef(c.oid))
               FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c' ORDER BY c.conname
           ),
           format('DROP DOMAIN %s', t.oid::regtype),
           concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typcollation)
    FROM pg_type t
    JOIN pg_type b ON b.oid = t.typbasetype
    WHERE t.typnamespace = ANY ($1) AND t.typtype = 'd'
    UNION ALL
    SELECT 'composite type', 'pg_type'::regclass, c.reltype, 0, NULL, c.reltype::regtype::text,
           ARRAY[format('CREATE TYPE %s AS (%s)', c.reltype::regtype, (
               SELECT string_agg(concat(
                   format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)),
                   CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation END
               ), ', ' ORDER BY a.attnum)
               FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           ))],
           format('DROP TYPE %s', c.reltype::regtype),
           NULL
    FROM pg_class c
    WHERE c.relnamespace = ANY ($1) AND c.relkind = 'c'
    UNION ALL
    SELECT 'range type', t.tableoid, t.oid, 0, NULL, t.oid::regtype::text,
           ARRAY[format('CREATE TYPE %s AS RANGE (%s)', t.oid::regtype, concat_ws(
               ', ',
               format('subtype = %s', format_type(r.rngsubtype, NULL)),
               (SELECT format('subtype_opclass = %I.%I', n.nspname, o.opcname)
                FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
               CASE WHEN r.rngcollation <> s.typcollation THEN format('collation = %s', r.rngcollation::regcollation) END,
               CASE WHEN r.rngcanonical <> 0 THEN format('canonical = %s', r.rngcanonical) END,
               CASE WHEN r.rngsubdiff <> 0 THEN format('subtype_diff = %s', r.rngsubdiff) END,
               format('multirange_type_name = %s', r.rngmultitypid::regtype)
           ))],
           format('DROP TYPE %s', t.oid::regtype),
           NULL
    FROM pg_type t
    JOIN pg_range r ON r.rngtypid = t.oid
    JOIN pg_type s ON s.oid = r.rngsubtype
    WHERE t.typnamespace = ANY ($1)
    UNION ALL
    SELECT 'collation', c.tableoid, c.oid, 0, NULL, c.oid::regcollation::text,
           ARRAY[format('CREATE COLLATION %s (%s)', c.oid::regcollation, concat_ws(
               ', ',
               format('provider = %s', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END),
               -- The columns' names differ from version to version.
               'locale = ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')),
               'lc_collate = ' || quote_literal(c.collcollate),
               'lc_ctype = ' || quote_literal(c.collctype),
               'rules = ' || quote_literal(to_jsonb(c) ->> 'collicurules'),
               CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END
           ))],
           format('DROP COLLATION %s', c.oid::regcollation),
           NULL
    FROM pg_collation c
    WHERE c.collnamespace = ANY ($1)
    UNION ALL
    SELECT 'text search dictionary', d.tableoid, d.oid, 0, NULL, d.oid::regdictionary::text,
           ARRAY[format(
               'CREATE TEXT SEARCH DICTIONARY %s (TEMPLATE = %s%s)', d.oid::regdictionary,
               (SELECT format('%I.%I', n.nspname, t.tmplname)
                FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate),
               ', ' || d.dictinitoption
           )],
           format('DROP TEXT SEARCH DICTIONARY %s', d.oid::regdictionary),
           NULL
    FROM pg_ts_dict d
    WHERE d.dictnamespace = ANY ($1)
    UNION ALL
    SELECT 'text search configuration', c.tableoid, c.oid, 0, NULL, c.oid::regconfig::text,
           ARRAY[format(
               'CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s)', c.oid::regconfig,
               (SELECT format('%I.%I', n.nspname, p.prsname)
                FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid = c.cfgparser)
           )] || ARRAY(
               SELECT format(
                   'ALTER TEXT SEARCH CONFIGURATION %s ADD MAPPING FOR %I WITH %s', c.oid::regconfig, k.alias,
                   string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
               )
               FROM pg_ts_config_map m
               JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
               WHERE m.mapcfg = c.oid
               GROUP BY k.tokid, k.alias
               ORDER BY k.tokid
           ),
           format('DROP TEXT SEARCH CONFIGURATION %s', c.oid::regconfig),
           NULL
    FROM pg_ts_config c
    WHERE c.cfgnamespace = ANY ($1)
    UNION ALL
    SELECT 'event trigger', e.tableoid, e.oid, 0, NULL, quote_ident(e.evtname),
           ARRAY[concat(
               format('CREATE EVENT TRIGGER %I ON %s', e.evtname, e.evtevent),
               (SELECT format(' WHEN TAG IN (%s)', string_agg(quote_literal(tag), ', ' ORDER BY tag))
                FROM unnest(e.evttags) AS tag HAVING count(*) > 0),
               format(' EXECUTE FUNCTION %s()', e.evtfoid::regproc)
           )] || CASE e.evtenabled WHEN 'O' THEN '{}' ELSE ARRAY[format(
               'ALTER EVENT TRIGGER %I %s', e.evtname,
               CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END
           )] END,
           format('DROP EVENT TRIGGER %I', e.evtname),
           NULL
    FROM pg_event_trigger e
    WHERE $3
    UNION ALL
    SELECT 'cast', c.tableoid, c.oid, 0, NULL, format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
           ARRAY[format(
               'CREATE CAST (%s AS %s) %s%s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
               CASE c.castmethod
                   WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION'
               END,
               CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END
           )],
           format('DROP CAST (%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
           NULL
    FROM pg_cast c
    WHERE $3 AND c.oid >= 16384
    UNION ALL
    SELECT 'publication', p.tableoid, p.oid, 0, NULL, quote_ident(p.pubname),
           ARRAY[concat(
               format('CREATE PUBLICATION %I', p.pubname),
               CASE WHEN p.puballtables THEN ' FOR ALL TABLES' END,
               (SELECT ' FOR TABLES IN SCHEMA ' || string_agg(s.pnnspid::regnamespace::text, ', ' ORDER BY s.pnnspid::regnamespace::text)
                FROM pg_publication_namespace s WHERE s.pnpubid = p.oid),
               format(' WITH (publish = %L', concat_ws(
                   ', ',
                   CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                   CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END
               )),
               CASE WHEN p.pubviaroot THEN ', publish_via_partition_root = true' END,
               ')'
           )],
           format('DROP PUBLICATION %I', p.pubname),
           NULL
    FROM pg_publication p
    WHERE $3 OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = ANY ($2))
    UNION ALL
    SELECT 'publication table', r.tableoid, r.oid, 0, r.prrelid, quote_ident(p.pubname),
           ARRAY[concat(
               format('ALTER PUBLICATION %I ADD TABLE ONLY %s', p.pubname, c.name),
               (SELECT format(' (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum))
                FROM pg_attribute a
                WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::smallint[]) HAVING count(*) > 0),
               ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')'
           )],
           format('ALTER PUBLICATION %I DROP TABLE ONLY %s', p.pubname, c.name),
           NULL
    FROM pg_publication_rel r
    JOIN pg_publication p ON p.oid = r.prpubid
    JOIN own_table c ON c.oid = r.prrelid
    UNION ALL
    SELECT 'row security', 'pg_class'::regclass, c.oid, 0, c.oid, 'row security',
           ARRAY_REMOVE(ARRAY[
               CASE WHEN c.relrowsecurity THEN format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.name) END,
               CASE WHEN c.relforcerowsecurity THEN format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.name) END
           ], NULL),
           format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', c.name),
           NULL
    FROM own_table c
    WHERE c.relrowsecurity OR c.relforcerowsecurity
    UNION ALL
    SELECT 'replica identity', 'pg_class'::regclass, c.oid, 0, c.oid, 'replica identity',
           ARRAY[format(
               'ALTER TABLE %s REPLICA IDENTITY %s',
               c.name,
               CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE (
                   SELECT format('USING INDEX %I', x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
                   WHERE i.indrelid = c.oid AND i.indisreplident
               ) END
           )],
           format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', c.name),
           NULL
    FROM own_table c
    WHERE c.relreplident IN ('f', 'n') OR c.relreplident = 'i' AND EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident
    )
    UNION ALL
    SELECT 'clustered index', 'pg_class'::regclass, c.oid, 0, c.oid, 'clustered index',
           ARRAY[format('ALTER TABLE %s CLUSTER ON %I', c.name, x.relname)],
           format('ALTER TABLE %s SET WITHOUT CLUSTER', c.name),
           NULL
    FROM pg_index i
    JOIN own_table c ON c.oid = i.indrelid
    JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indisclustered
    UNION ALL
    SELECT s.kind, 'pg_class'::regclass, a.attrelid, a.attnum::integer, a.attrelid, quote_ident(a.attname),
           ARRAY[format('ALTER TABLE %s ALTER COLUMN %I SET %s', c.name, a.attname, s.value)],
           format('ALTER TABLE %s ALTER COLUMN %I %s', c.name, a.attname, s.initial),
           NULL
    FROM pg_attribute a
    JOIN own_table c ON c.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN letter own ON own.letter = a.attstorage
    JOIN letter standard ON standard.letter = t.typstorage
    CROSS JOIN LATERAL (VALUES
        (
            a.attstorage <> t.typstorage, 'column storage',
            'STORAGE ' || own.word, 'SET STORAGE ' || standard.word
        ),
        (
            a.attcompression <> '', 'column compression',
            'COMPRESSION ' || CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END, 'SET COMPRESSION default'
        ),
        (
            a.attstattarget >= 0, 'column statistics',
            'STATISTICS ' || a.attstattarget, 'SET STATISTICS -1'
        ),
        (
            a.attoptions IS NOT NULL, 'column options',
            (SELECT format('(%s)', string_agg(o, ', ' ORDER BY o)) FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_%'),
            (SELECT format('RESET (%s)', string_agg(split_part(o, '=', 1), ', ' ORDER BY o)) FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_%')
        )
    ) AS s (is_set, kind, value, initial)
    WHERE s.is_set AND s.value NOT LIKE '()' AND a.attnum > 0 AND NOT a.attisdropped
      AND (
          a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0
          OR EXISTS (SELECT FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_%')
      )
),
owned (classid, objid, subid, relid, word, target, acl, owner, letter) AS (
    SELECT 'pg_class'::regclass::oid, c.oid, 0, CASE WHEN c.relkind IN ('r', 'p') THEN c.oid END,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
           c.oid::regclass::text, c.relacl, c.relowner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"
    FROM pg_class c
    WHERE c.relnamespace = ANY ($1) AND (c.relkind IN ('S', 'v', 'm') OR c.oid = ANY ($2))
    UNION ALL
    SELECT 'pg_class'::regclass, a.attrelid, a.attnum, CASE WHEN c.relkind IN ('r', 'p') THEN c.oid END,
           quote_ident(a.attname), c.name, a.attacl, c.relowner, 'c'
    FROM pg_attribute a
    JOIN relation c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped AND (c.relkind IN ('v', 'm') OR c.oid = ANY ($2))
    UNION ALL
    SELECT p.tableoid, p.oid, 0, NULL, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
           p.oid::regprocedure::text, p.proacl, p.proowner, 'f'
    FROM pg_proc p
    WHERE p.pronamespace = ANY ($1) AND p.prokind <> 'a'
    UNION ALL
    SELECT n.tableoid, n.oid, 0, NULL, 'SCHEMA', quote_ident(n.nspname), n.nspacl, n.nspowner, 'n'
    FROM pg_namespace n
    WHERE $3 AND n.oid = ANY ($1)
    UNION ALL
    SELECT t.tableoid, t.oid, 0, NULL, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END,
           t.oid::regtype::text, t.typacl, t.typowner, 'T'
    FROM pg_type t
    WHERE t.typnamespace = ANY ($1)
      AND (t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
),
with_standard AS (
    SELECT o.*, coalesce(i.initprivs, acldefault(o.letter, o.owner)) AS standard
    FROM owned o
    LEFT JOIN pg_init_privs i ON i.classoid = o.classid AND i.objoid = o.objid AND i.objsubid = o.subid
    WHERE o.acl IS NOT NULL
),
privilege AS (
    SELECT o.*, g.statement, g.inverse, g.ordinal
    FROM with_standard o
    CROSS JOIN LATERAL (
        WITH own AS (
            SELECT coalesce(quote_ident(r.rolname), 'PUBLIC') AS grantee, x.privilege_type, x.is_grantable
            FROM aclexplode(o.acl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
            WHERE x.grantee NOT IN (o.owner, x.grantor) -- the original owner is the grantor
        ),
        standard AS (
            SELECT coalesce(quote_ident(r.rolname), 'PUBLIC') AS grantee, x.privilege_type, x.is_grantable
            FROM aclexplode(o.standard) x LEFT JOIN pg_roles r ON r.oid = x.grantee
            WHERE x.grantee NOT IN (o.owner, x.grantor) -- the original owner is the grantor
        ),
        difference AS (
            SELECT 'GRANT' AS verb, d.* FROM (SELECT * FROM own EXCEPT SELECT * FROM standard) d
            UNION ALL
            SELECT 'REVOKE', d.* FROM (SELECT * FROM standard EXCEPT SELECT * FROM own) d
        )
        SELECT row_number() OVER (ORDER BY d.verb DESC, d.grantee, d.is_grantable) AS ordinal,
               format(
                   CASE d.verb WHEN 'GRANT' THEN 'GRANT %s ON %s TO %s' ELSE 'REVOKE %s ON %s FROM %s' END,
                   string_agg(privilege, ', ' ORDER BY privilege), on_what, d.grantee
               ) || CASE WHEN d.verb = 'GRANT' AND d.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS statement,
               format(
                   CASE d.verb WHEN 'GRANT' THEN 'REVOKE %s ON %s FROM %s' ELSE 'GRANT %s ON %s TO %s' END,
                   string_agg(privilege, ', ' ORDER BY privilege), on_what, d.grantee
               ) AS inverse
        FROM difference d
        CROSS JOIN LATERAL (SELECT CASE WHEN o.subid > 0 THEN format('%s (%s)', d.privilege_type, o.word) ELSE d.privilege_type END) AS p (privilege)
        CROSS JOIN LATERAL (SELECT CASE
            WHEN o.subid > 0 OR o.word IN ('VIEW', 'MATERIALIZED VIEW') THEN 'TABLE ' || o.target
            ELSE concat(o.word, ' ', o.target)
        END) AS w (on_what)
        GROUP BY d.verb, d.grantee, d.is_grantable, on_what
    ) g
)
SELECT o.kind,
       o.classid,
       o.objid,
       o.subid,
       CASE WHEN NOT pg_table_is_visible(t.oid) THEN n.nspname::text END AS table_schema,
       t.relname::text AS "table",
       o.name,
       o.relid,
       o."create" || ARRAY(
           SELECT format(
               'COMMENT ON %s %s IS %L',
               CASE WHEN d.objsubid > 0 THEN 'COLUMN' ELSE upper(regexp_replace(regexp_replace(o.kind, '^extended ', ''), '^(composite|range) ', '')) END,
               CASE
                   WHEN d.objsubid > 0 THEN concat(o.name, '.', (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = d.objoid AND attnum = d.objsubid))
                   WHEN o.kind IN ('trigger', 'rule', 'policy') THEN concat(o.name, ' ON ', t.oid::regclass)
                   ELSE o.name
               END,
               d.description
           )
           FROM pg_description d
           WHERE d.classoid = o.classid AND d.objoid = o.objid
             AND o.kind NOT IN (
                 'row security', 'replica identity', 'clustered index', 'column storage', 'column compression',
                 'column statistics', 'column options', 'publication table'
             )
           ORDER BY d.objsubid
       ) || ARRAY(
           SELECT format('COMMENT ON COLUMN %s.%I IS %L', o.name, a.attname, d.description)
           FROM pg_type own
           JOIN pg_attribute a ON a.attrelid = own.typrelid
           JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
           WHERE o.kind = 'composite type' AND own.oid = o.objid AND a.attnum > 0
           ORDER BY a.attnum
       ) AS "create",
       ARRAY[o."drop"] AS "drop",
       o.signature,
       coalesce(pg_get_userbyid(CASE
           WHEN o.kind IN ('view', 'materialized view') THEN (SELECT relowner FROM pg_class WHERE oid = o.objid)
           WHEN o.classid = 'pg_proc'::regclass THEN (SELECT proowner FROM pg_proc WHERE oid = o.objid)
           WHEN o.classid = 'pg_type'::regclass THEN (SELECT typowner FROM pg_type WHERE oid = o.objid)
           WHEN o.kind = 'extended statistics' THEN (SELECT stxowner FROM pg_statistic_ext WHERE oid = o.objid)
           WHEN o.kind = 'collation' THEN (SELECT collowner FROM pg_collation WHERE oid = o.objid)
           WHEN o.kind = 'publication' THEN (SELECT pubowner FROM pg_publication WHERE oid = o.objid)
       END) <> current_user, false) AS is_others,
       CASE o.kind
           WHEN 'replica identity' THEN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = o.objid AND i.indisreplident)
           WHEN 'clustered index' THEN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = o.objid AND i.indisclustered)
       END AS index
FROM object o
LEFT JOIN pg_class t ON t.oid = o.relid
LEFT JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE NOT EXISTS (
    -- Belongs to an extension, or is part of another object, as the functions of a range type.
    SELECT FROM pg_depend e
    WHERE e.classid = o.classid AND e.objid = o.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i')
      AND o.subid = 0
)
UNION ALL
SELECT 'privileges',
       p.classid,
       p.objid,
       p.subid,
       CASE WHEN NOT pg_table_is_visible(t.oid) THEN n.nspname::text END,
       t.relname::text,
       CASE WHEN p.subid > 0 THEN concat('column ', p.target, '.', p.word) ELSE concat(lower(p.word), ' ', p.target) END,
       p.relid,
       array_agg(p.statement ORDER BY p.ordinal),
       array_agg(p.inverse ORDER BY p.ordinal DESC),
       NULL,
       false,
       NULL
FROM privilege p
LEFT JOIN pg_class t ON t.oid = p.relid
LEFT JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE NOT EXISTS (
    SELECT FROM pg_depend e WHERE e.classid = p.classid AND e.objid = p.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i')
)
GROUP BY p.classid, p.objid, p.subid, p.relid, t.oid, n.nspname, p.target, p.word
UNION ALL
SELECT 'default privileges',
       d.tableoid,
       d.oid,
       0,
       NULL,
       NULL,
       concat('for ', o.role, ' in ' || o.space, ' on ', lower(o.word)),
       NULL,
       array_agg(o.prefix || g.statement ORDER BY g.ordinal),
       array_agg(o.prefix || g.inverse ORDER BY g.ordinal DESC),
       NULL,
       false,
       NULL
FROM pg_default_acl d
JOIN pg_roles r ON r.oid = d.defaclrole
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (
    SELECT quote_ident(r.rolname) AS role,
           quote_ident(n.nspname) AS space,
           CASE d.defaclobjtype
               WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS'
           END AS word,
           concat('ALTER DEFAULT PRIVILEGES FOR ROLE ', quote_ident(r.rolname), ' IN SCHEMA ' || quote_ident(n.nspname), ' ') AS prefix,
           -- Those of a schema are added to those of the database.
           CASE WHEN d.defaclnamespace = 0 THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END AS standard
) AS o
CROSS JOIN LATERAL (
    WITH own AS (
        SELECT coalesce(quote_ident(e.rolname), 'PUBLIC') AS grantee, x.privilege_type, x.is_grantable
        FROM aclexplode(d.defaclacl) x LEFT JOIN pg_roles e ON e.oid = x.grantee
    ),
    standard AS (
        SELECT coalesce(quote_ident(e.rolname), 'PUBLIC') AS grantee, x.privilege_type, x.is_grantable
        FROM aclexplode(o.standard) x LEFT JOIN pg_roles e ON e.oid = x.grantee
    ),
    difference AS (
        SELECT 'GRANT' AS verb, f.* FROM (SELECT * FROM own EXCEPT SELECT * FROM standard) f
        UNION ALL
        SELECT 'REVOKE', f.* FROM (SELECT * FROM standard EXCEPT SELECT * FROM own) f
    )
    SELECT row_number() OVER (ORDER BY f.verb DESC, f.grantee, f.is_grantable) AS ordinal,
           format(
               CASE f.verb WHEN 'GRANT' THEN 'GRANT %s ON %s TO %s' ELSE 'REVOKE %s ON %s FROM %s' END,
               string_agg(f.privilege_type, ', ' ORDER BY f.privilege_type), o.word, f.grantee
           ) || CASE WHEN f.verb = 'GRANT' AND f.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS statement,
           format(
               CASE f.verb WHEN 'GRANT' THEN 'REVOKE %s ON %s FROM %s' ELSE 'GRANT %s ON %s TO %s' END,
               string_agg(f.privilege_type, ', ' ORDER BY f.privilege_type), o.word, f.grantee
           ) AS inverse
    FROM difference f
    GROUP BY f.verb, f.grantee, f.is_grantable
) AS g
WHERE $3 OR d.defaclnamespace = ANY ($1)
GROUP BY d.tableoid, d.oid, o.role, o.space, o.word
