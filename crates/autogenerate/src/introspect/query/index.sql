-- $1: the tables. The length of the text before the definition is used to cut it off.
SELECT i.indexrelid AS oid,
       i.indrelid AS "table",
       x.relname::text AS name,
       con.oid AS "constraint",
       i.indisunique AS "unique",
       substr(
           pg_get_indexdef(i.indexrelid),
           length(format(
               'CREATE %sINDEX %I ON %s%I.%I USING ',
               CASE WHEN i.indisunique THEN 'UNIQUE ' END,
               x.relname,
               CASE WHEN x.relkind = 'I' THEN 'ONLY ' END,
               n.nspname,
               t.relname
           )) + 1
       ) AS definition,
       -- In the format of pg_get_indexdef.
       (
           SELECT string_agg(format('%I=%L', o.option_name, o.option_value), ', ' ORDER BY o.option_name)
           FROM pg_options_to_table(x.reloptions) o
       ) AS options,
       CASE WHEN NOT pg_table_is_visible(parent.oid) THEN pn.nspname::text END AS parent_schema,
       parent.relname::text AS parent,
       -- A name that is too long counts as one of its own.
       parent.oid IS NOT NULL AND x.relname <> concat_ws(
           '_',
           t.relname,
           CASE WHEN NOT i.indisprimary THEN (
               SELECT string_agg(a.attname, '_' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = x.oid
           ) END,
           CASE WHEN i.indisprimary THEN 'pkey' WHEN i.indisexclusion THEN 'excl' WHEN con.oid IS NOT NULL THEN 'key' ELSE 'idx' END
       ) AS named,
       x.relkind = 'I' AND NOT i.indisvalid AS only,
       i.indisvalid OR x.relkind = 'I' AS valid,
       d.description AS comment
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_constraint con ON con.conrelid = i.indrelid AND con.conindid = i.indexrelid
    AND con.contype IN ('p', 'u', 'x')
LEFT JOIN pg_inherits inh ON inh.inhrelid = i.indexrelid
LEFT JOIN pg_class parent ON parent.oid = inh.inhparent
LEFT JOIN pg_namespace pn ON pn.oid = parent.relnamespace
LEFT JOIN pg_description d ON d.classoid = x.tableoid AND d.objoid = x.oid AND d.objsubid = 0
WHERE i.indrelid = ANY ($1)
