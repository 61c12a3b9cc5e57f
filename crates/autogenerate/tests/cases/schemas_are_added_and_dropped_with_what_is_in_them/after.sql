-- scope: database
CREATE SCHEMA "New";
COMMENT ON SCHEMA "New" IS 'Coming';
CREATE TYPE "New".mood AS ENUM ('sad', 'ok');
CREATE TABLE "New".things (
    id serial PRIMARY KEY,
    mood "New".mood NOT NULL DEFAULT 'ok' CHECK (mood <> 'sad')
);
CREATE TABLE items (
    id integer PRIMARY KEY
);
CREATE INDEX things_mood_idx ON "New".things (mood);
