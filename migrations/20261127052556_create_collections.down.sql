-- revision: 20261127052556 (1 of 1): create collections
-- Generated from the models and proven in both directions. Review before applying.

-- hazards: deletes-data
-- locks: AccessExclusive on collections; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collections AS TABLE collections;
DROP TABLE collections;
