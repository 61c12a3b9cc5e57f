-- slot: replace 'b' in items.kind
--   count: SELECT (SELECT count(*) FROM items WHERE kind::text IN ('b'))
--   template: UPDATE items SET kind = … WHERE kind = 'b';
ALTER TYPE "éééééééééééééééééééééééééééééé x" RENAME TO "ééééééééééééééééééééééééééééé_old";
CREATE TYPE "éééééééééééééééééééééééééééééé x" AS ENUM (
    'a',
    'c'
);
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE items ALTER COLUMN kind SET DATA TYPE "éééééééééééééééééééééééééééééé x"
    USING kind::text::"éééééééééééééééééééééééééééééé x";
DROP TYPE "ééééééééééééééééééééééééééééé_old";
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY "i éééééééééééééééééééééééééééé_new" ON items
    USING btree (name DESC);
--- a new file
ANALYZE items;
--- alone in a file
DROP INDEX CONCURRENTLY "i éééééééééééééééééééééééééééééé";
--- a new file
ALTER INDEX "i éééééééééééééééééééééééééééé_new" RENAME TO "i éééééééééééééééééééééééééééééé";
