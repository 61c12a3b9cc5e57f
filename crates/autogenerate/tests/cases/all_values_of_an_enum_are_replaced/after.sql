CREATE TYPE state AS ENUM ('lit', 'dark');
CREATE TABLE lamps (id bigint PRIMARY KEY, state state, states state[] NOT NULL DEFAULT '{lit}');
