ALTER TABLE items RENAME COLUMN price TO amount;
--- alone in a file
DROP INDEX CONCURRENTLY items_amount_idx;
--- a new file
ALTER TABLE items DROP CONSTRAINT items_price_check;
ALTER TABLE items ALTER COLUMN amount DROP DEFAULT;
-- hazards: deletes-data, rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.amount fit integer
--   count: SELECT count(*) FROM items WHERE price NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET amount = … WHERE amount NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN amount SET DATA TYPE integer;
ALTER TABLE items ALTER COLUMN amount SET DEFAULT 0;
ALTER TABLE items
    ADD CONSTRAINT items_amount_check CHECK ((amount >= 0)) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_amount_idx ON items USING btree (amount) WHERE (amount > 10);
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of items that items_amount_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((price >= 0))
--   template: UPDATE items SET … WHERE NOT ((amount >= 0));
ALTER TABLE items VALIDATE CONSTRAINT items_amount_check;
ANALYZE items;
