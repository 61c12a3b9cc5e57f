-- hazards: deletes-data
-- the old start is outside the new limits, so the sequence restarts at its new start
ALTER SEQUENCE numbers START WITH 5 INCREMENT BY 1 MINVALUE 3 MAXVALUE 9223372036854775807 RESTART;
-- the old start is outside the new limits, so the sequence restarts at its new start
ALTER TABLE items ALTER COLUMN id SET START WITH 10 SET INCREMENT BY 1 SET MINVALUE 10 SET MAXVALUE 2147483647 RESTART;
-- hazards: blocks-writes, blocks-reads
SELECT setval(pg_get_serial_sequence('items', 'id'), max(id)) FROM items HAVING max(id) >= 10;
