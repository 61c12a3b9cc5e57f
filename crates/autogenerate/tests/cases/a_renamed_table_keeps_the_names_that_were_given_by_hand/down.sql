ALTER TABLE items RENAME TO things;
