ALTER SEQUENCE public.a_id_seq RENAME TO b_id_seq;
CREATE SEQUENCE public.a_id_seq AS integer;
CREATE TABLE public.a (
    id integer DEFAULT nextval('public.a_id_seq'::regclass) NOT NULL
);
ALTER SEQUENCE public.a_id_seq OWNED BY public.a.id;
