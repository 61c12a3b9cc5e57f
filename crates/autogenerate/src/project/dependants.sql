-- Unmanaged objects that depend on a table ($1), one of its columns ($2) or a type ($3), so that
-- PostgreSQL rejects altering or dropping it. Triggers are dropped along with their table, and columns
-- of a type are compared, so neither is listed.
SELECT DISTINCT CASE
    WHEN d.classid = 'pg_rewrite'::regclass
        THEN (SELECT pg_describe_object('pg_class'::regclass, ev_class, 0) FROM pg_rewrite WHERE oid = d.objid)
    ELSE pg_describe_object(d.classid, d.objid, d.objsubid)
END AS dependant
FROM pg_depend d
WHERE d.deptype = 'n'
    AND (
        d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1)
        AND d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass)
        AND CASE
            WHEN $2 IS NULL THEN d.classid <> 'pg_trigger'::regclass
            ELSE d.refobjsubid = (SELECT attnum FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2)
        END
        OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT unnest(ARRAY[oid, typarray]) FROM pg_type WHERE oid = to_regtype($3))
        AND (
            d.classid IN ('pg_proc'::regclass, 'pg_cast'::regclass, 'pg_rewrite'::regclass)
            OR d.classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = d.objid AND t.typtype IN ('d', 'r'))
            OR d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relkind = 'c')
        )
    )
ORDER BY 1
