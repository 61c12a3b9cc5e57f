-- What the service sends for a batch of creates: one statement, whose parameters are arrays.
-- A parameter of a megabyte is too long for the command line, and \set supports only numbers. So every client lets the
-- server build the arrays once, in its first transaction, and sends them back as text each time: to PostgreSQL they are
-- parameters like any other. Only the ids must be new: the server generates them in less than a millisecond.
\set seq :seq + :clients * :size
\set n :seq + :client_id * :size
\if :built
\else
SELECT array_agg('Desk lamp ' || m)::text AS names, array_agg(:status::text)::text AS statuses,
       array_agg(replace(:attributes, :first::text, m))::text AS attributes
FROM (SELECT (:first::bigint + floor(random() * (:last::bigint - :first::bigint + 1)))::bigint::text AS m
      FROM generate_series(1, :size)) AS numbers
\gset batch_
\set built 1
\endif
BEGIN;
INSERT INTO items (id, name, status, attributes, collection)
SELECT *, 'default' FROM UNNEST(
    ARRAY(SELECT ('019b0000-0000-7000-8000-' || (:n::bigint + i))::uuid FROM generate_series(0, :size - 1) AS i),
    :batch_names::text[], :batch_statuses::text[], :batch_attributes::jsonb[])
RETURNING id, collection, name, status, attributes, schema_version, version, created_at, updated_at, created_by, updated_by, deleted_at;
COMMIT;
