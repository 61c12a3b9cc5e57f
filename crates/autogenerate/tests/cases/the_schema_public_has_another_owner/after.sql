-- scope: database
ALTER SCHEMA public OWNER TO CURRENT_USER;
GRANT CREATE ON SCHEMA public TO PUBLIC;
CREATE TABLE notes (
    id integer PRIMARY KEY
);
