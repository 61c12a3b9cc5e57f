ALTER TABLE things RENAME TO items;
