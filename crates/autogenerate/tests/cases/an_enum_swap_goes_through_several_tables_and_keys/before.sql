CREATE TYPE kind AS ENUM ('a', 'b', 'c');
COMMENT ON TYPE kind IS 'Which';
CREATE TABLE kinds (
    kind kind PRIMARY KEY,
    label text NOT NULL
);
CREATE TABLE things (
    id integer PRIMARY KEY,
    kind kind NOT NULL DEFAULT 'a' REFERENCES kinds,
    others kind[] NOT NULL DEFAULT ARRAY['a', 'b']::kind[],
    is_a boolean GENERATED ALWAYS AS (kind = 'a') STORED,
    UNIQUE (kind, id)
);
CREATE TABLE logs (
    id integer PRIMARY KEY,
    kind kind
);
CREATE INDEX logs_kind_idx ON logs (kind) WHERE kind IN ('a', 'b');
