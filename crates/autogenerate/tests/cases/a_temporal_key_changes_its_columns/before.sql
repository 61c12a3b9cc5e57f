CREATE TABLE bookings (id int4range, days daterange, CONSTRAINT bookings_key PRIMARY KEY (id, days WITHOUT OVERLAPS));
