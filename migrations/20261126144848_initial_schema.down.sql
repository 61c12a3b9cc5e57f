-- revision: 20261126144848 (1 of 1): initial schema
-- Generated from the models and proven in both directions. Review before applying.

-- hazards in this file: deletes-data

-- hazards: deletes-data
-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.idempotency_keys AS TABLE idempotency_keys;
DROP TABLE idempotency_keys;

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items AS TABLE items;
DROP TABLE items;

-- hazards: deletes-data
-- locks: AccessExclusive on service_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.service_keys AS TABLE service_keys;
DROP TABLE service_keys;
