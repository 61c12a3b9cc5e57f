ALTER TABLE items RENAME TO items_v2;
ALTER TABLE items_v2 RENAME CONSTRAINT items_pkey TO items_v2_pkey;
CREATE TABLE items (
    id integer NOT NULL,
    name text,
    CONSTRAINT items_pkey PRIMARY KEY (id)
);
