CREATE TABLE events (
    id uuid PRIMARY KEY,
    body jsonb NOT NULL DEFAULT '{}'
);
