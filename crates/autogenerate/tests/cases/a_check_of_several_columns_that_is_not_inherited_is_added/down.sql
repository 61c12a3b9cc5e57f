--- reverts file 2 of 2
ALTER TABLE spans DROP CONSTRAINT spans_order;
ALTER TABLE spans
    ADD CONSTRAINT spans_order CHECK ((first <= last)) NO INHERIT NOT VALID;
--- reverts file 1 of 2
ALTER TABLE spans DROP CONSTRAINT spans_order;
