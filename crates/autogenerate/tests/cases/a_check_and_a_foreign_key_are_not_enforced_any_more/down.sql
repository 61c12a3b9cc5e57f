-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that of_a_shop does not allow
--   count: SELECT count(*) FROM items WHERE shop IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM shops AS other WHERE other.id = items.shop)
--   template: UPDATE items SET … WHERE shop IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM shops AS other WHERE other.id = items.shop);
ALTER TABLE items ALTER CONSTRAINT of_a_shop ENFORCED;
ALTER TABLE items DROP CONSTRAINT x_is_positive;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that x_is_positive does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((x > 0))
--   template: UPDATE items SET … WHERE NOT ((x > 0));
ALTER TABLE items
    ADD CONSTRAINT x_is_positive CHECK ((x > 0));
