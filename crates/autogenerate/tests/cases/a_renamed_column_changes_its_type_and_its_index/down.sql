--- reverts file 6 of 6
ALTER TABLE items DROP CONSTRAINT items_price_check;
ALTER TABLE items
    ADD CONSTRAINT items_price_check CHECK ((price >= (0)::numeric)) NOT VALID;
--- reverts file 5 of 6
ALTER TABLE items DROP CONSTRAINT items_price_check;
--- reverts file 4 of 6
--- alone in a file
DROP INDEX CONCURRENTLY items_amount_idx;
--- reverts file 3 of 6
ALTER TABLE items ALTER COLUMN price DROP DEFAULT;
-- hazards: deletes-data, rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.price fit integer
--   count: SELECT count(*) FROM items WHERE CASE WHEN price NOT BETWEEN -2147483648 AND 2147483647 THEN true ELSE ((price::integer)::numeric(10,2)) IS DISTINCT FROM price END
--   template: UPDATE items SET price = … WHERE CASE WHEN price NOT BETWEEN -2147483648 AND 2147483647 THEN true ELSE ((price::integer)::numeric(10,2)) IS DISTINCT FROM price END;
ALTER TABLE items ALTER COLUMN price SET DATA TYPE integer;
ALTER TABLE items ALTER COLUMN price SET DEFAULT 0;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_amount_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((price >= 0))
--   template: UPDATE items SET … WHERE NOT ((price >= 0));
ALTER TABLE items
    ADD CONSTRAINT items_amount_check CHECK ((price >= 0));
ANALYZE items;
--- reverts file 2 of 6
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_amount_idx ON items USING btree (price) WHERE (price > 10);
--- reverts file 1 of 6
ALTER TABLE items RENAME COLUMN price TO amount;
