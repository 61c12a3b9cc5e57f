ALTER TABLE items RENAME COLUMN amount TO price;
--- alone in a file
DROP INDEX CONCURRENTLY items_amount_idx;
--- a new file
ALTER TABLE items DROP CONSTRAINT items_amount_check;
ALTER TABLE items ALTER COLUMN price DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.price fit numeric(10,2)
--   count: SELECT count(*) FROM items WHERE abs(amount) >= 10::numeric ^ 8
--   template: UPDATE items SET price = … WHERE abs(price) >= 10::numeric ^ 8;
ALTER TABLE items ALTER COLUMN price SET DATA TYPE numeric(10,2);
ALTER TABLE items ALTER COLUMN price SET DEFAULT 0.00;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_amount_idx ON items
    USING btree (price DESC, id) WHERE (price > 10.5);
--- a new file
-- slot in portions: resolve rows of items that items_price_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((amount >= (0)::numeric))
--   template: UPDATE items SET … WHERE NOT ((price >= (0)::numeric));
ALTER TABLE items
    ADD CONSTRAINT items_price_check CHECK ((price >= (0)::numeric)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_price_check;
ANALYZE items;
