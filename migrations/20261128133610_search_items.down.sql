-- revision: 20261128133610 (1 of 2): search items
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP COLUMN search;
