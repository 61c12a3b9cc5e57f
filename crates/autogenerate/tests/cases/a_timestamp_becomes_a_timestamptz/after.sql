CREATE TABLE items (
    id integer PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON items (created_at DESC);
