-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_2021_copy AS TABLE events_2021
DROP TABLE events_2021;
