CREATE TABLE words (
    id integer PRIMARY KEY,
    word text COLLATE "C" NOT NULL,
    other text
);
CREATE UNIQUE INDEX words_word_idx ON words (word);
CREATE INDEX words_other_idx ON words (other);
