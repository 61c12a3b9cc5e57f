-- no-transaction
-- revision: 20261127060159 (3 of 5): add items.collection
-- One of the files of a revision. Each down file undoes exactly its up file.

-- Populates items.collection in portions, each in a transaction of its own, so that no writer waits for longer than one
-- portion takes. The next file populates what was written meanwhile.
DO $$
DECLARE
    first uuid := '00000000-0000-0000-0000-000000000000';
    last uuid;
BEGIN
    LOOP
        SELECT id INTO last FROM (SELECT id FROM items WHERE id > first ORDER BY id LIMIT 1000) AS portion
        ORDER BY id DESC LIMIT 1;
        EXIT WHEN last IS NULL;
        UPDATE items SET collection = 'default' WHERE id > first AND id <= last AND collection IS NULL;
        COMMIT;
        first := last;
    END LOOP;
END $$;
