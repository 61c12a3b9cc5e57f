CREATE TABLE places (name text, path integer[], PRIMARY KEY (name, path));
CREATE TABLE visits (
    id bigint PRIMARY KEY,
    place text COLLATE "C",
    path integer[],
    CONSTRAINT visits_place_fkey FOREIGN KEY (place, path) REFERENCES places (name, path)
);
