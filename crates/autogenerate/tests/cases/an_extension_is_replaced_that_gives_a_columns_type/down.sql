CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of public.users (email::public.citext)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY email::public.citext) AS row_of_group FROM public.users WHERE email::public.citext IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM public.users WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY email::public.citext ORDER BY …) AS n
--   template:         FROM public.users WHERE email::public.citext IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE public.users ALTER COLUMN email SET DATA TYPE public.citext;
ANALYZE public.users;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.bookings AS TABLE public.bookings;
DROP TABLE public.bookings;
DROP EXTENSION btree_gist;
DROP SCHEMA extensions;
