--- reverts file 4 of 4
ALTER TABLE items ALTER COLUMN owner DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_owner_is_set CHECK ((owner IS NOT NULL)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_id_check;
ALTER TABLE items
    ADD CONSTRAINT items_id_check CHECK ((id > 2)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_price_check;
ALTER TABLE items
    ADD CONSTRAINT items_price_check CHECK ((price > 2)) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE items DROP CONSTRAINT items_owner_is_set;
--- reverts file 2 of 4
ALTER TABLE items DROP CONSTRAINT items_price_check;
--- reverts file 1 of 4
ALTER TABLE items DROP CONSTRAINT items_id_check;
