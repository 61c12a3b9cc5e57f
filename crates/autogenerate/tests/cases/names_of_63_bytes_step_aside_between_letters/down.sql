ALTER TYPE "éééééééééééééééééééééééééééééé x" ADD VALUE 'b' AFTER 'a';
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY "i éééééééééééééééééééééééééééé_new" ON items
    USING btree (name);
--- alone in a file
DROP INDEX CONCURRENTLY "i éééééééééééééééééééééééééééééé";
--- a new file
ALTER INDEX "i éééééééééééééééééééééééééééé_new" RENAME TO "i éééééééééééééééééééééééééééééé";
