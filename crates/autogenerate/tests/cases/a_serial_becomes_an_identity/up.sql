ALTER TABLE items ALTER COLUMN id DROP DEFAULT;
-- hazards: deletes-data
DROP SEQUENCE items_id_seq;
ALTER TABLE items ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('items', 'id'), max(id)) FROM items HAVING max(id) >= 1;
