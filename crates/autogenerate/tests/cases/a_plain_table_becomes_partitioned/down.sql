-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_2020_copy AS TABLE events_2020
DROP TABLE events_2020;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_copy AS TABLE events
DROP TABLE events;
CREATE TABLE events (
    id integer NOT NULL,
    at date NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (id, at)
);
