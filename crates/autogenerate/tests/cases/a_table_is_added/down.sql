-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_copy AS TABLE items
DROP TABLE items;
