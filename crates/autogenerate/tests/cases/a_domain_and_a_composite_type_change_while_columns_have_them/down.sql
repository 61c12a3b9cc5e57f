-- hazards: deletes-data
ALTER TYPE parcel DROP ATTRIBUTE h;
ALTER TYPE place RENAME TO place_old;
CREATE TYPE place AS (x integer, y integer);
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE items ALTER COLUMN at SET DATA TYPE place
    USING CASE WHEN at IS DISTINCT FROM NULL THEN ROW((at).x::integer, (at).y)::place END;
DROP FUNCTION doubled(price);
DROP VIEW costs;
ALTER DOMAIN price RENAME TO price_old;
CREATE DOMAIN price AS integer;
ALTER DOMAIN price SET DEFAULT 3;
ALTER DOMAIN price ADD CONSTRAINT price_check CHECK ((VALUE > 0));
ALTER TABLE items ALTER COLUMN cost DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.cost fit integer
--   count: SELECT count(*) FROM items WHERE cost NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET cost = … WHERE cost NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN cost SET DATA TYPE price
    USING cost::bigint;
ALTER TABLE items ALTER COLUMN cost SET DEFAULT 5;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.costs fit integer[]
--   count: SELECT count(*) FROM items WHERE EXISTS (SELECT FROM unnest(costs) AS element WHERE element NOT BETWEEN -2147483648 AND 2147483647)
--   template: UPDATE items SET costs = … WHERE EXISTS (SELECT FROM unnest(costs) AS element WHERE element NOT BETWEEN -2147483648 AND 2147483647);
ALTER TABLE items ALTER COLUMN costs SET DATA TYPE price[]
    USING costs::bigint[];
SET check_function_bodies = off;
CREATE OR REPLACE FUNCTION doubled(price)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT $1 * 2$function$;
RESET check_function_bodies;
CREATE VIEW costs AS
 SELECT one.id,
    one.cost
   FROM (items one
     CROSS JOIN items other);
ANALYZE items;
DROP DOMAIN price_old;
DROP TYPE place_old;
