CREATE TABLE events (
    id text PRIMARY KEY,
    body text NOT NULL DEFAULT '{}'
);
