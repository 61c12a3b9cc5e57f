-- revision: 20261124154308 (1 of 1): create items and service keys
-- Made from the models, and proven up and down. Review it before it is applied.

-- hazards in this file: deletes-data

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE TABLE items_copy AS TABLE items
DROP TABLE items;

-- hazards: deletes-data
-- locks: AccessExclusive on service_keys; rewrites: no; scans: no
-- to keep a copy: CREATE TABLE service_keys_copy AS TABLE service_keys
DROP TABLE service_keys;
