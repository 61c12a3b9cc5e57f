CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
ALTER TABLE public.users ALTER COLUMN email SET DATA TYPE public.citext;
ANALYZE public.users;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.bookings AS TABLE public.bookings;
DROP TABLE public.bookings;
DROP EXTENSION btree_gist;
DROP SCHEMA extensions;
