CREATE SCHEMA old;
COMMENT ON SCHEMA old IS 'Going';
CREATE TYPE old.mood AS ENUM ('sad', 'ok');
CREATE SEQUENCE old.things_id_seq AS integer;
CREATE TABLE old.things (
    id integer DEFAULT nextval('old.things_id_seq'::regclass) NOT NULL,
    mood old.mood DEFAULT 'ok'::old.mood NOT NULL,
    CONSTRAINT things_pkey PRIMARY KEY (id)
);
ALTER SEQUENCE old.things_id_seq OWNED BY old.things.id;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.things AS TABLE "New".things;
DROP TABLE "New".things;
DROP TYPE "New".mood;
DROP SCHEMA "New";
