INSERT INTO rooms VALUES (1);
INSERT INTO bookings (id, room_id, nights, guests) VALUES (1, 1, 2, 3);
