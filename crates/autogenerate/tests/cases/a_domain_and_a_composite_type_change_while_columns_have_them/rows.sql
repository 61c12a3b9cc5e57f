INSERT INTO items VALUES (1, 7, '{8,9}', ROW(1, 2), ROW(3)::parcel), (2, NULL, NULL, NULL, NULL);
