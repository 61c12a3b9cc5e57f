ALTER TABLE old_size RENAME TO extent;
CREATE TABLE people (
    home z_address,
    others z_address[]
);
CREATE TABLE couples (
    one people,
    other people
);
CREATE TABLE z_area (
    acres integer
);
ALTER TABLE b_stays ADD COLUMN area z_area;
