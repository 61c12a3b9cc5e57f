--- reverts file 7 of 7
ALTER TABLE "Order" ALTER COLUMN "from" DROP NOT NULL;
ALTER TABLE "Order"
    ADD CONSTRAINT "Order_from_is_set" CHECK (("from" IS NOT NULL)) NOT VALID;
ALTER TABLE "Order" DROP CONSTRAINT "Not Empty";
ALTER TABLE "Order"
    ADD CONSTRAINT "Not Empty" CHECK (("from" <> ''::text)) NOT VALID;
COMMENT ON CONSTRAINT "Not Empty" ON "Order" IS 'Full';
ALTER TABLE "Order" DROP CONSTRAINT "Order_da""sh-ed_key";
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX "Order_da""sh-ed_key" ON "Order" USING btree ("da""sh-ed");
--- reverts file 6 of 7
ALTER TABLE "Order" DROP CONSTRAINT "Not Empty";
--- reverts file 5 of 7
ALTER TABLE "Order" DROP CONSTRAINT "Order_from_is_set";
--- reverts file 4 of 7
--- alone in a file
DROP INDEX CONCURRENTLY "Order_da""sh-ed_key";
--- reverts file 3 of 7
COMMENT ON INDEX "Idx" IS NULL;
--- reverts file 2 of 7
--- alone in a file
DROP INDEX CONCURRENTLY "Idx";
--- reverts file 1 of 7
ALTER TABLE "Order" RENAME COLUMN "from" TO "select";
ALTER TABLE "Order" ALTER COLUMN "da""sh-ed" DROP DEFAULT;
COMMENT ON TABLE "Order" IS NULL;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic."Order_Mood" AS SELECT "Id", "Mood" FROM "Order";
ALTER TABLE "Order" DROP COLUMN "Mood";
ALTER TYPE "Mood Type" RENAME TO "Mood Type_old";
CREATE TYPE "Mood Type" AS ENUM ('so "so"', 'it''s ok');
DROP TYPE "Mood Type_old";
-- hazards: deletes-data
DROP SEQUENCE "Numbers";
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic."user" AS TABLE "user";
DROP TABLE "user";
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of "Order"."Id" fit integer
--   count: SELECT count(*) FROM "Order" WHERE "Id" NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE "Order" SET "Id" = … WHERE "Id" NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE "Order" ALTER COLUMN "Id" SET DATA TYPE integer;
COMMENT ON COLUMN "Order"."Id" IS NULL;
ANALYZE "Order";
