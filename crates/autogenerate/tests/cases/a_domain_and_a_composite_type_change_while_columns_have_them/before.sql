CREATE DOMAIN price AS integer DEFAULT 3 CHECK (VALUE > 0);
CREATE TYPE place AS (x integer, y integer);
CREATE TYPE parcel AS (w integer);
CREATE FUNCTION doubled(price) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TABLE items (id integer PRIMARY KEY, cost price DEFAULT 5, costs price[], at place, size parcel);
CREATE VIEW costs AS SELECT one.id, one.cost FROM items one CROSS JOIN items other;
