ALTER DOMAIN code RENAME TO code_old;
CREATE DOMAIN code AS text;
ALTER DOMAIN code SET NOT NULL;
ALTER DOMAIN mark RENAME TO mark_old;
CREATE DOMAIN mark AS integer;
ALTER DOMAIN mark ADD CONSTRAINT mark_check CHECK ((VALUE > 0));
ALTER TYPE pair RENAME TO pair_old;
CREATE TYPE pair AS (code code, mark mark);
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve values of results.best that mark does not allow
--   count: SELECT count(*) FROM results WHERE NOT ((best > 0))
--   template: UPDATE results SET best = … WHERE NOT ((best > 0));
ALTER TABLE results ALTER COLUMN best SET DATA TYPE mark
    USING best::integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve values of results.marks that mark[] does not allow
--   count: SELECT count(*) FROM results WHERE EXISTS (SELECT FROM unnest(marks) AS element WHERE NOT ((element > 0)))
--   template: UPDATE results SET marks = … WHERE EXISTS (SELECT FROM unnest(marks) AS element WHERE NOT ((element > 0)));
ALTER TABLE results ALTER COLUMN marks SET DATA TYPE mark[]
    USING marks::integer[];
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve values of results.pair that pair does not allow
--   count: SELECT count(*) FROM results WHERE pair IS DISTINCT FROM NULL AND (pair).code IS NULL OR pair IS DISTINCT FROM NULL AND NOT (((pair).mark > 0))
--   template: UPDATE results SET pair = … WHERE pair IS DISTINCT FROM NULL AND (pair).code IS NULL OR pair IS DISTINCT FROM NULL AND NOT (((pair).mark > 0));
ALTER TABLE results ALTER COLUMN pair SET DATA TYPE pair
    USING CASE WHEN pair IS DISTINCT FROM NULL THEN ROW((pair).code::code, (pair).mark::mark)::pair END;
ANALYZE results;
DROP TYPE pair_old;
DROP DOMAIN code_old;
DROP DOMAIN mark_old;
