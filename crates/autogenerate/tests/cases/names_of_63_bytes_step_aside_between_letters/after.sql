CREATE TYPE "éééééééééééééééééééééééééééééé x" AS ENUM ('a', 'c');
CREATE TABLE items (kind "éééééééééééééééééééééééééééééé x", name text);
CREATE INDEX "i éééééééééééééééééééééééééééééé" ON items (name DESC);
