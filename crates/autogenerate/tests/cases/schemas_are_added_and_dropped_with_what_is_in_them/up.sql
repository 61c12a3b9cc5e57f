CREATE SCHEMA "New";
COMMENT ON SCHEMA "New" IS 'Coming';
CREATE TYPE "New".mood AS ENUM ('sad', 'ok');
CREATE SEQUENCE "New".things_id_seq AS integer;
CREATE TABLE "New".things (
    id integer DEFAULT nextval('"New".things_id_seq'::regclass) NOT NULL,
    mood "New".mood DEFAULT 'ok'::"New".mood NOT NULL,
    CONSTRAINT things_pkey PRIMARY KEY (id),
    CONSTRAINT things_mood_check CHECK ((mood <> 'sad'::"New".mood))
);
ALTER SEQUENCE "New".things_id_seq OWNED BY "New".things.id;
CREATE INDEX things_mood_idx ON "New".things USING btree (mood);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.things AS TABLE old.things;
DROP TABLE old.things;
DROP TYPE old.mood;
DROP SCHEMA old;
