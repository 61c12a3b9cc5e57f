CREATE TABLE tenants (
    id integer PRIMARY KEY
);
CREATE TABLE users (
    id integer PRIMARY KEY,
    tenant_id integer NOT NULL REFERENCES tenants
);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    tenant_id integer NOT NULL,
    user_id integer NOT NULL,
    CONSTRAINT posts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
);
