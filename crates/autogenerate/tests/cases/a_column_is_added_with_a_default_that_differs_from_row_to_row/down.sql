-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_token AS SELECT id, token FROM items;
ALTER TABLE items DROP COLUMN token;
