-- revision: 20261128175647 (1 of 1): create api keys
-- Generated from the models and proven in both directions. Review before applying.

-- hazards: deletes-data
-- locks: AccessExclusive on api_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.api_keys AS TABLE api_keys;
DROP TABLE api_keys;
