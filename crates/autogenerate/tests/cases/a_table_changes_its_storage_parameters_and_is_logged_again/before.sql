CREATE UNLOGGED TABLE counters (
    id integer PRIMARY KEY
) WITH (fillfactor = 70, autovacuum_enabled = false);
CREATE TABLE caches (
    id integer PRIMARY KEY
);
