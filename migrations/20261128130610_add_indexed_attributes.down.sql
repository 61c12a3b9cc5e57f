-- revision: 20261128130610 (1 of 1): add indexed attributes
-- Generated from the models and proven in both directions. Review before applying.

-- hazards in this file: deletes-data

-- hazards: deletes-data
-- locks: AccessExclusive on collection_indexes, AccessExclusive on collections; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collection_indexes AS TABLE collection_indexes;
DROP TABLE collection_indexes;

-- hazards: deletes-data
-- locks: AccessExclusive on item_values; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.item_values AS TABLE item_values;
DROP TABLE item_values;
