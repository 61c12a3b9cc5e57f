-- What src/postgres/catalog/operations/item/creation.rs sends for `create`.
\set seq :seq + :clients
\set n :seq + :client_id
\set m random(:first, :last)
BEGIN;
INSERT INTO items (id, collection, name, status, attributes, created_by, updated_by)
SELECT ('019a0000-0000-7000-8000-' || :n)::uuid, key, ('Desk lamp ' || :m), :status, :attributes, NULL, NULL
FROM collections
WHERE key = 'default' AND schema_id IS NULL
    AND NOT EXISTS (SELECT FROM collection_indexes AS indexes WHERE indexes.collection = key)
FOR KEY SHARE
ON CONFLICT (id) DO NOTHING
RETURNING id, collection, name, status, attributes, schema_version, version, created_at, updated_at, created_by, updated_by, deleted_at;
COMMIT;
