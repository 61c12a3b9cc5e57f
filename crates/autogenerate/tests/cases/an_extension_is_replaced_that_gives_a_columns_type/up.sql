CREATE SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA extensions;
CREATE TABLE public.bookings (
    room integer NOT NULL,
    during tsrange NOT NULL,
    CONSTRAINT bookings_do_not_overlap EXCLUDE USING gist (room WITH =, during WITH &&)
);
-- hazards: blocks-writes, blocks-reads, builds-index
ALTER TABLE public.users ALTER COLUMN email SET DATA TYPE text;
ANALYZE public.users;
DROP EXTENSION citext;
