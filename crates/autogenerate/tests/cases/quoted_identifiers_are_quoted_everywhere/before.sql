CREATE TYPE "Mood Type" AS ENUM ('so "so"', 'it''s ok');
CREATE TABLE "Order" (
    "Id" integer PRIMARY KEY,
    "select" text,
    "da""sh-ed" integer
);
