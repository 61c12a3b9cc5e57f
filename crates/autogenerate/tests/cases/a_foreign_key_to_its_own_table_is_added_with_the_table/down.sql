-- hazards: deletes-data
-- to keep a copy: CREATE TABLE categories_copy AS TABLE categories
DROP TABLE categories;
