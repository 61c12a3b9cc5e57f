-- What src/postgres/catalog/operations/item/list.rs sends for `list`.
SELECT id, collection, name, status, attributes, schema_version, version, created_at, updated_at, created_by, updated_by, deleted_at
FROM items WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT :limit;
