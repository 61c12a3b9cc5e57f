--- a new file
-- slot in portions: resolve rows of spans that spans_order does not allow
--   count: SELECT count(*) FROM spans WHERE NOT ((first <= last))
--   template: UPDATE spans SET … WHERE NOT ((first <= last));
ALTER TABLE spans
    ADD CONSTRAINT spans_order CHECK ((first <= last)) NO INHERIT NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE spans VALIDATE CONSTRAINT spans_order;
