CREATE TYPE mood AS ENUM ('calm');
CREATE TABLE people (id bigint PRIMARY KEY, mood mood);
CREATE INDEX people_mood_idx ON people (mood);
