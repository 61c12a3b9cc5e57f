CREATE TABLE items (
    id integer PRIMARY KEY,
    colour varchar(10) NOT NULL DEFAULT 'red' CHECK (colour IN ('red', 'green')),
    size varchar(10) CHECK (size::text = ANY (ARRAY[('s'::varchar)::text, ('l, xl'::varchar)::text]))
);
CREATE INDEX ON items (id) WHERE colour IN ('red', 'blue');
