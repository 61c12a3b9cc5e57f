ALTER TABLE items ALTER COLUMN id DROP DEFAULT;
-- hazards: deletes-data
DROP SEQUENCE items_id_seq;
