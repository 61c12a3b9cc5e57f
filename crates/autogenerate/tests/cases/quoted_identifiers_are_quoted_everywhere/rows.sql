INSERT INTO "Order" VALUES (1, 'a', 2);
