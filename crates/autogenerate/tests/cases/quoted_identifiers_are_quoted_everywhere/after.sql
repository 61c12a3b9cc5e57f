-- rename column "Order"."select" to "from"
CREATE TYPE "Mood Type" AS ENUM ('so "so"', 'a\b', 'it''s ok');
CREATE SEQUENCE "Numbers";
CREATE TABLE "Order" (
    "Id" bigint PRIMARY KEY,
    "from" text NOT NULL CONSTRAINT "Not Empty" CHECK ("from" <> ''),
    "da""sh-ed" integer DEFAULT nextval('"Numbers"') UNIQUE,
    "Mood" "Mood Type"[] DEFAULT '{"so \"so\""}'
);
CREATE INDEX "Idx" ON "Order" ("from" DESC, lower("from")) WHERE "da""sh-ed" > 0;
CREATE TABLE "user" (
    "order" bigint CONSTRAINT "Refers" REFERENCES "Order" ("Id")
);
COMMENT ON TABLE "Order" IS '"quoted"';
COMMENT ON COLUMN "Order"."Id" IS 'Key';
COMMENT ON CONSTRAINT "Not Empty" ON "Order" IS 'Full';
COMMENT ON INDEX "Idx" IS 'Fast';
