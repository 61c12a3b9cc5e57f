CREATE TABLE counters (
    id integer PRIMARY KEY
) WITH (fillfactor = 90);
CREATE UNLOGGED TABLE caches (
    id integer PRIMARY KEY
) WITH (autovacuum_enabled = false);
