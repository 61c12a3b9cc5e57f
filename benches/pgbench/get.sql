-- What src/postgres/catalog/operations/item/mod.rs sends for `get`.
-- The server builds the id, since pgbench has only numbers; that takes about 0.1 µs.
\set n random(:first, :last)
SELECT id, collection, name, status, attributes, schema_version, version, created_at, updated_at, created_by, updated_by, deleted_at
FROM items WHERE id = ('01900000-0000-7000-8000-' || :n)::uuid AND deleted_at IS NULL;
