-- revision: 20261127060159 (4 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP CONSTRAINT items_collection_is_set;
