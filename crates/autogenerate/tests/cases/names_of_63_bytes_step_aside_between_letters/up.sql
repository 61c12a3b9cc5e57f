ALTER TYPE "éééééééééééééééééééééééééééééé x" RENAME TO "ééééééééééééééééééééééééééééé_old";
CREATE TYPE "éééééééééééééééééééééééééééééé x" AS ENUM (
    'a',
    'c'
);
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.kind fit "éééééééééééééééééééééééééééééé x"
--   count: SELECT count(*) FROM items WHERE kind::text NOT IN ('a', 'c')
--   template: UPDATE items SET kind = … WHERE kind::text NOT IN ('a', 'c');
ALTER TABLE items ALTER COLUMN kind SET DATA TYPE "éééééééééééééééééééééééééééééé x"
    USING kind::text::"éééééééééééééééééééééééééééééé x";
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
DROP TYPE "ééééééééééééééééééééééééééééé_old";
