CREATE SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA extensions;
CREATE TABLE public.bookings (
    room integer NOT NULL,
    during tsrange NOT NULL,
    CONSTRAINT bookings_do_not_overlap EXCLUDE USING gist (room WITH =, during WITH &&)
);
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of public.users.email fit text
--   count: SELECT count(*) FROM public.users WHERE email IS NOT NULL
--   template: UPDATE public.users SET email = … WHERE email IS NOT NULL;
ALTER TABLE public.users ALTER COLUMN email SET DATA TYPE text;
ANALYZE public.users;
DROP EXTENSION citext;
