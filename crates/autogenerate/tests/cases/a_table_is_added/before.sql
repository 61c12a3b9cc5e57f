CREATE TABLE collections (
    id uuid PRIMARY KEY
);
