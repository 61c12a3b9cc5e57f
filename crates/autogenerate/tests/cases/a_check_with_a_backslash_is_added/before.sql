CREATE TABLE items (code text);
