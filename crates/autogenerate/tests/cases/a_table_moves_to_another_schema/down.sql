ALTER TABLE archive.items SET SCHEMA public;
