-- hazards: deletes-data
-- to keep a copy: CREATE TABLE events_b_copy AS TABLE events_b
DROP TABLE events_b;
