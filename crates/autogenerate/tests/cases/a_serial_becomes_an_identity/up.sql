ALTER TABLE items ALTER COLUMN id DROP DEFAULT;
ALTER SEQUENCE items_id_seq OWNED BY NONE;
ALTER SEQUENCE items_id_seq RENAME TO items_id_seq_old;
ALTER TABLE items ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('items', 'id'), last_value, is_called) FROM items_id_seq_old;
DROP SEQUENCE items_id_seq_old;
