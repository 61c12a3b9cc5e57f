CREATE TABLE tenants (
    id integer PRIMARY KEY
);
CREATE TABLE users (
    id integer,
    tenant_id integer NOT NULL REFERENCES tenants,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    tenant_id integer NOT NULL,
    user_id integer NOT NULL,
    CONSTRAINT posts_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
