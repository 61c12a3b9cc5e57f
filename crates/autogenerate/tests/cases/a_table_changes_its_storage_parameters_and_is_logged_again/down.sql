-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE caches SET LOGGED;
ALTER TABLE caches RESET (autovacuum_enabled);
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE counters SET UNLOGGED;
ALTER TABLE counters SET (autovacuum_enabled=false, fillfactor=70);
