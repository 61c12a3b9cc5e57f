ALTER TABLE "Order" RENAME COLUMN "from" TO "select";
ALTER TABLE "Order" ALTER COLUMN "da""sh-ed" DROP DEFAULT;
ALTER TABLE "Order" ALTER COLUMN "select" DROP NOT NULL;
COMMENT ON TABLE "Order" IS NULL;
--- alone in a file
DROP INDEX CONCURRENTLY "Idx";
--- a new file
ALTER TABLE "Order" DROP CONSTRAINT "Not Empty";
ALTER TABLE "Order" DROP CONSTRAINT "Order_da""sh-ed_key";
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic."Order_Mood" AS SELECT "Id", "Mood" FROM "Order";
ALTER TABLE "Order" DROP COLUMN "Mood";
ALTER TYPE "Mood Type" RENAME TO "Mood Type_old";
CREATE TYPE "Mood Type" AS ENUM ('so "so"', 'it''s ok');
-- hazards: deletes-data
DROP SEQUENCE "Numbers";
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic."user" AS TABLE "user";
DROP TABLE "user";
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of "Order"."Id" fit integer
--   count: SELECT count(*) FROM "Order" WHERE "Id" NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE "Order" SET "Id" = … WHERE "Id" NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE "Order" ALTER COLUMN "Id" SET DATA TYPE integer;
COMMENT ON COLUMN "Order"."Id" IS NULL;
ANALYZE "Order";
DROP TYPE "Mood Type_old";
