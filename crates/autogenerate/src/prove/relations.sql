-- The current state of tables and indexes: where their rows are stored, and how often rows were
-- read. The shared counters do not yet include those of an open transaction. $1: the only schema,
-- or NULL. $2: whether to count within the transaction. $3: the only tables, or NULL.
SELECT
    c.oid::int8 AS oid,
    n.nspname::text AS schema,
    c.relname::text AS name,
    c.relkind IN ('i', 'I') AS is_index,
    i.indrelid::int8 AS table_oid,
    coalesce(i.indisvalid, true) AS is_valid,
    pg_relation_filenode(c.oid)::int8 AS filenode,
    CASE WHEN $2
        THEN pg_stat_get_xact_numscans(c.oid) + pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid)
        ELSE pg_stat_get_numscans(c.oid) + pg_stat_get_tuples_returned(c.oid) + pg_stat_get_tuples_fetched(c.oid)
    END AS reads
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'i', 'I') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
    AND ($1::text IS NULL OR n.nspname = $1)
    AND ($3::int8[] IS NULL OR c.oid::int8 = ANY ($3) OR i.indrelid::int8 = ANY ($3))
