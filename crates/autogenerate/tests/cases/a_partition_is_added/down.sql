-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events_2021 AS TABLE events_2021;
DROP TABLE events_2021;
