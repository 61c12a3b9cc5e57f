-- hazards: deletes-data, rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of prices.amount fit numeric(6,2)
--   count: SELECT count(*) FROM prices WHERE abs(round(amount::numeric, 2)) >= 10::numeric ^ 4
--   template: UPDATE prices SET amount = … WHERE abs(round(amount::numeric, 2)) >= 10::numeric ^ 4;
ALTER TABLE prices ALTER COLUMN amount SET DATA TYPE numeric(6,2);
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of prices.quantity fit smallint
--   count: SELECT count(*) FROM prices WHERE quantity NOT BETWEEN -32768 AND 32767
--   template: UPDATE prices SET quantity = … WHERE quantity NOT BETWEEN -32768 AND 32767;
ALTER TABLE prices ALTER COLUMN quantity SET DATA TYPE smallint;
ANALYZE prices;
