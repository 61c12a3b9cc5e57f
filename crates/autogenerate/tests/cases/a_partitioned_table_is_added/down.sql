-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_2020_copy AS TABLE events_2020
DROP TABLE events_2020;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_rest_copy AS TABLE events_rest
DROP TABLE events_rest;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_copy AS TABLE events
DROP TABLE events;
