CREATE TABLE shelves (
    code bigint PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    shelf bigint NOT NULL DEFAULT 1 REFERENCES shelves (code),
    place integer NOT NULL,
    label text GENERATED ALWAYS AS ('at ' || shelf) STORED,
    CONSTRAINT items_shelf_is_known CHECK (shelf BETWEEN 1 AND 9),
    CONSTRAINT items_place_key UNIQUE (shelf, place)
);
CREATE INDEX items_high_idx ON items (place) WHERE shelf > 5;
CREATE INDEX items_sum_idx ON items ((shelf + place));
COMMENT ON COLUMN items.shelf IS 'Where';
COMMENT ON CONSTRAINT items_shelf_is_known ON items IS 'Nine shelves';
COMMENT ON INDEX items_high_idx IS 'High up';
