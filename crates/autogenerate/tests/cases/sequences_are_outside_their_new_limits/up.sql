-- hazards: deletes-data
-- the old start is outside the new limits, so the sequence restarts at its new start
ALTER SEQUENCE numbers START WITH -5 INCREMENT BY -1 MINVALUE -9223372036854775808 MAXVALUE -1 RESTART;
-- the old start is outside the new limits, so the sequence restarts at its new start
ALTER TABLE items ALTER COLUMN id SET START WITH -1 SET INCREMENT BY -1 SET MINVALUE -2147483648 SET MAXVALUE -1 RESTART;
-- hazards: blocks-writes, blocks-reads
SELECT setval(pg_get_serial_sequence('items', 'id'), min(id)) FROM items HAVING min(id) <= -1;
