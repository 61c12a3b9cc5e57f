CREATE TABLE words (
    id integer PRIMARY KEY,
    word text NOT NULL,
    other text COLLATE "C"
);
CREATE UNIQUE INDEX words_word_idx ON words (word);
CREATE INDEX words_other_idx ON words (other);
