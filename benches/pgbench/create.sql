-- What src/postgres/catalog/operations/item.rs sends for `create`.
\set seq :seq + :clients
\set n :seq + :client_id
\set m random(:first, :last)
BEGIN;
INSERT INTO items (id, name, status, attributes)
VALUES (('019a0000-0000-7000-8000-' || :n)::uuid, ('Desk lamp ' || :m), :status, :attributes)
RETURNING id, name, status, attributes, version, created_at, updated_at, deleted_at;
COMMIT;
