-- $1: the tables. $2: whether the names of identities' sequences matter.
SELECT a.attrelid AS "table",
       a.attname::text AS name,
       a.attnum AS number,
       format_type(a.atttypid, a.atttypmod) AS data_type,
       CASE WHEN NOT pg_type_is_visible(e.oid) THEN en.nspname::text END AS enum_schema,
       e.typname::text AS enum,
       CASE WHEN NOT pg_table_is_visible(r.oid) THEN rn.nspname::text END AS row_schema,
       r.relname::text AS "row",
       CASE
           WHEN co.oid IS NULL THEN NULL
           WHEN pg_collation_is_visible(co.oid) THEN quote_ident(co.collname)
           ELSE format('%I.%I', con.nspname, co.collname)
       END AS collation,
       NOT a.attislocal AND NOT c.relispartition AS inherited,
       NOT a.attnotnull AS nullable,
       nn.conname::text AS not_null,
       def.oid AS "default",
       pg_get_expr(def.adbin, def.adrelid) AS expression,
       a.attgenerated::text AS generated,
       a.attidentity::text AS identity,
       CASE WHEN $2 THEN sn.nspname::text END AS sequence_schema,
       CASE WHEN $2 THEN sc.relname::text END AS sequence,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS min,
       s.seqmax AS max,
       s.seqcache AS cache,
       s.seqcycle AS cycle,
       d.description AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type el ON el.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
    AND el.typtype IN ('e', 'c')
LEFT JOIN pg_type e ON e.typtype = 'e' AND e.oid = el.oid
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_class r ON r.oid = el.typrelid AND r.relkind IN ('r', 'p')
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
LEFT JOIN pg_attrdef def ON def.adrelid = a.attrelid AND def.adnum = a.attnum
LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
    AND nn.coninhcount = 0
LEFT JOIN pg_depend own ON a.attidentity <> '' AND own.classid = 'pg_class'::regclass
    AND own.refclassid = 'pg_class'::regclass AND own.refobjid = a.attrelid AND own.refobjsubid = a.attnum
    AND own.deptype = 'i'
LEFT JOIN pg_sequence s ON s.seqrelid = own.objid
LEFT JOIN pg_class sc ON sc.oid = s.seqrelid
LEFT JOIN pg_namespace sn ON sn.oid = sc.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attrelid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
