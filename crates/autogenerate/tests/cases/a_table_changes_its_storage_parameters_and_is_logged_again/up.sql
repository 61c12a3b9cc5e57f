-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE caches SET UNLOGGED;
ALTER TABLE caches SET (autovacuum_enabled=false);
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE counters SET LOGGED;
ALTER TABLE counters RESET (autovacuum_enabled);
ALTER TABLE counters SET (fillfactor=90);
