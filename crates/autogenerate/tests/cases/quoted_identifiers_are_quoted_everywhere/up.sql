ALTER TABLE "Order" RENAME COLUMN "select" TO "from";
ALTER TYPE "Mood Type" ADD VALUE E'a\\b' AFTER 'so "so"';
CREATE SEQUENCE "Numbers";
CREATE TABLE "user" (
    "order" bigint
);
ALTER TABLE "Order" ADD COLUMN "Mood" "Mood Type"[] DEFAULT E'{"so \\"so\\""}'::"Mood Type"[];
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE "Order" ALTER COLUMN "Id" SET DATA TYPE bigint;
ALTER TABLE "Order" ALTER COLUMN "da""sh-ed" SET DEFAULT nextval('"Numbers"'::regclass);
ALTER TABLE "user"
    ADD CONSTRAINT "Refers" FOREIGN KEY ("order") REFERENCES "Order"("Id");
COMMENT ON COLUMN "Order"."Id" IS 'Key';
COMMENT ON TABLE "Order" IS '"quoted"';
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY "Idx" ON "Order"
    USING btree ("from" DESC, lower("from")) WHERE ("da""sh-ed" > 0);
--- a new file
COMMENT ON INDEX "Idx" IS 'Fast';
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of "Order" ("da""sh-ed")
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY "da""sh-ed") AS row_of_group FROM "Order" WHERE "da""sh-ed" IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM "Order" WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY "da""sh-ed" ORDER BY …) AS n
--   template:         FROM "Order" WHERE "da""sh-ed" IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY "Order_da""sh-ed_key" ON "Order" USING btree ("da""sh-ed");
--- a new file
-- slot in portions: populate "Order"."from"
--   count: SELECT count(*) FROM "Order" WHERE "select" IS NULL
--   template: UPDATE "Order" SET "from" = … WHERE "from" IS NULL;
ALTER TABLE "Order" ADD CONSTRAINT "Order_from_is_set" CHECK ("from" IS NOT NULL) NOT VALID;
--- a new file
-- slot in portions: resolve rows of "Order" that "Not Empty" does not allow
--   count: SELECT count(*) FROM "Order" WHERE NOT (("select" <> ''::text))
--   template: UPDATE "Order" SET … WHERE NOT (("from" <> ''::text));
ALTER TABLE "Order"
    ADD CONSTRAINT "Not Empty" CHECK (("from" <> ''::text)) NOT VALID;
COMMENT ON CONSTRAINT "Not Empty" ON "Order" IS 'Full';
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE "Order" VALIDATE CONSTRAINT "Not Empty";
-- hazards: may-fail-on-data
ALTER TABLE "Order" VALIDATE CONSTRAINT "Order_from_is_set";
ANALYZE "Order";
ALTER TABLE "Order"
    ADD CONSTRAINT "Order_da""sh-ed_key" UNIQUE USING INDEX "Order_da""sh-ed_key";
ALTER TABLE "Order" ALTER COLUMN "from" SET NOT NULL;
ALTER TABLE "Order" DROP CONSTRAINT "Order_from_is_set";
