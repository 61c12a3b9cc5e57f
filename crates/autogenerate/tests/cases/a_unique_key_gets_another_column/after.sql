CREATE TABLE users (
    id integer PRIMARY KEY,
    tenant_id integer,
    email text,
    CONSTRAINT users_email_key UNIQUE (tenant_id, email) INCLUDE (id)
);
