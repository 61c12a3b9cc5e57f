CREATE TABLE bare (
    a integer
);
CREATE TABLE barer ();
