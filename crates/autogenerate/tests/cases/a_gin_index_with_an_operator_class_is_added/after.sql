CREATE TABLE items (
    id integer PRIMARY KEY,
    attributes jsonb NOT NULL,
    words tsvector
);
CREATE INDEX ON items USING gin (attributes jsonb_path_ops);
CREATE INDEX items_words_idx ON items USING gin (words) WITH (fastupdate = off);
