-- postgres: 18
CREATE TABLE bookings (id int4range, days daterange, CONSTRAINT bookings_key PRIMARY KEY (days, id WITHOUT OVERLAPS));
