-- Extensions that initdb creates in every database, such as plpgsql, have OIDs below 16384.
SELECT e.extname::text AS name,
       n.nspname::text AS schema,
       ARRAY(
           SELECT required.extname::text
           FROM pg_depend d
           JOIN pg_extension required ON required.oid = d.refobjid
           WHERE d.classid = e.tableoid AND d.objid = e.oid AND d.refclassid = e.tableoid AND required.oid >= 16384
       ) AS requires
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.oid >= 16384
