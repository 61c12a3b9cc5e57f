-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_attributes AS SELECT id, attributes FROM items;
ALTER TABLE items DROP COLUMN attributes;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_created_at AS SELECT id, created_at FROM items;
ALTER TABLE items DROP COLUMN created_at;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_tags AS SELECT id, tags FROM items;
ALTER TABLE items DROP COLUMN tags;
