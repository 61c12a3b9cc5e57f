-- revision: 20261127060159 (3 of 5): add items.collection
-- One of the files of a revision. Each down file undoes exactly its up file.

-- The column itself is dropped by the first file.
SELECT;
