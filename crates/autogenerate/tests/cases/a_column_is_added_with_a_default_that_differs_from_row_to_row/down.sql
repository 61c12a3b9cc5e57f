-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_token_copy AS SELECT id, token FROM items
ALTER TABLE items DROP COLUMN token;
