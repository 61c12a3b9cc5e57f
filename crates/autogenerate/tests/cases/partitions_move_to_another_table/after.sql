CREATE TABLE eras (id integer PRIMARY KEY);
CREATE TABLE ages (id integer PRIMARY KEY);
CREATE TABLE events (id integer, age integer, CONSTRAINT events_age FOREIGN KEY (age) REFERENCES ages) PARTITION BY LIST (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
CREATE TABLE a_logs (id integer) PARTITION BY LIST (id);
CREATE TABLE logs_1 PARTITION OF a_logs FOR VALUES IN (1);
