CREATE DOMAIN price AS bigint DEFAULT 3 CHECK (VALUE > 0);
ALTER DOMAIN price ADD CONSTRAINT price_max CHECK (VALUE < 100000) NOT VALID;
CREATE TYPE place AS (x bigint, y integer);
CREATE TYPE parcel AS (w integer, h integer);
CREATE FUNCTION doubled(price) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1 * 2)::integer';
CREATE TABLE items (id integer PRIMARY KEY, cost price DEFAULT 5, costs price[], at place, size parcel);
CREATE VIEW costs AS SELECT one.id, one.cost FROM items one CROSS JOIN items other;
