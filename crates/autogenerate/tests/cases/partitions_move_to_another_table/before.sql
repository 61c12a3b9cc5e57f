CREATE TABLE eras (id integer PRIMARY KEY);
CREATE TABLE ages (id integer PRIMARY KEY);
CREATE TABLE old_events (id integer, age integer, CONSTRAINT events_age FOREIGN KEY (age) REFERENCES eras) PARTITION BY LIST (id);
CREATE TABLE events_1 PARTITION OF old_events FOR VALUES IN (1);
CREATE TABLE z_logs (id integer) PARTITION BY LIST (id);
CREATE TABLE logs_1 PARTITION OF z_logs FOR VALUES IN (1);
