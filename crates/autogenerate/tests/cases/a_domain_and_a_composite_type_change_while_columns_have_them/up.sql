ALTER TYPE parcel ADD ATTRIBUTE h integer;
ALTER TYPE place RENAME TO place_old;
CREATE TYPE place AS (x bigint, y integer);
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN at SET DATA TYPE place
    USING CASE WHEN at IS DISTINCT FROM NULL THEN ROW((at).x::bigint, (at).y)::place END;
DROP FUNCTION doubled(price);
DROP VIEW costs;
ALTER DOMAIN price RENAME TO price_old;
CREATE DOMAIN price AS bigint;
ALTER DOMAIN price SET DEFAULT 3;
ALTER DOMAIN price ADD CONSTRAINT price_check CHECK ((VALUE > 0));
ALTER TABLE items ALTER COLUMN cost DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN cost SET DATA TYPE price
    USING cost::integer;
ALTER TABLE items ALTER COLUMN cost SET DEFAULT 5;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN costs SET DATA TYPE price[]
    USING costs::integer[];
ALTER DOMAIN price ADD CONSTRAINT price_max CHECK ((VALUE < 100000)) NOT VALID;
SET check_function_bodies = off;
CREATE OR REPLACE FUNCTION doubled(price)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT ($1 * 2)::integer$function$;
RESET check_function_bodies;
CREATE VIEW costs AS
 SELECT one.id,
    one.cost
   FROM (items one
     CROSS JOIN items other);
ANALYZE items;
DROP DOMAIN price_old;
DROP TYPE place_old;
