CREATE TYPE state AS ENUM ('on', 'off');
CREATE TABLE lamps (id bigint PRIMARY KEY, state state, states state[] NOT NULL DEFAULT '{on}');
