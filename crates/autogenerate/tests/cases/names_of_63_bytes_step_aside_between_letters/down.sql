--- reverts file 5 of 5
ALTER INDEX "i éééééééééééééééééééééééééééééé" RENAME TO "i éééééééééééééééééééééééééééé_new";
--- reverts file 4 of 5
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY "i éééééééééééééééééééééééééééééé" ON items
    USING btree (name);
--- reverts file 3 of 5
--- reverts file 2 of 5
--- alone in a file
DROP INDEX CONCURRENTLY "i éééééééééééééééééééééééééééé_new";
--- reverts file 1 of 5
ALTER TYPE "éééééééééééééééééééééééééééééé x" ADD VALUE 'b' AFTER 'a';
