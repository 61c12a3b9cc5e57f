CREATE TABLE categories (
    id integer NOT NULL,
    parent_id integer,
    root_id integer NOT NULL,
    CONSTRAINT categories_pkey PRIMARY KEY (id)
);
ALTER TABLE categories
    ADD CONSTRAINT categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES categories(id) ON DELETE CASCADE;
ALTER TABLE categories
    ADD CONSTRAINT categories_root_id_fkey FOREIGN KEY (root_id) REFERENCES categories(id);
