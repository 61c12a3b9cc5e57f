--- reverts file 4 of 4
ALTER TABLE children DROP CONSTRAINT children_c_fkey;
ALTER TABLE children
    ADD CONSTRAINT children_c_fkey FOREIGN KEY (c) REFERENCES parents(id) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE children DROP CONSTRAINT children_b_fkey;
ALTER TABLE children
    ADD CONSTRAINT children_b_fkey FOREIGN KEY (b) REFERENCES parents(id) ON UPDATE CASCADE ON DELETE SET NULL NOT VALID;
ALTER TABLE children DROP CONSTRAINT children_c_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of children that children_c_fkey does not allow
--   count: SELECT count(*) FROM children WHERE c IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM parents AS other WHERE other.id = children.c)
--   template: UPDATE children SET … WHERE c IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM parents AS other WHERE other.id = children.c);
ALTER TABLE children
    ADD CONSTRAINT children_c_fkey FOREIGN KEY (c) REFERENCES parents(id) ON UPDATE CASCADE ON DELETE SET DEFAULT;
--- reverts file 2 of 4
ALTER TABLE children DROP CONSTRAINT children_a_fkey;
ALTER TABLE children
    ADD CONSTRAINT children_a_fkey FOREIGN KEY (a) REFERENCES parents(id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE children DROP CONSTRAINT children_b_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of children that children_b_fkey does not allow
--   count: SELECT count(*) FROM children WHERE b IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM parents AS other WHERE other.id = children.b)
--   template: UPDATE children SET … WHERE b IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM parents AS other WHERE other.id = children.b);
ALTER TABLE children
    ADD CONSTRAINT children_b_fkey FOREIGN KEY (b) REFERENCES parents(id);
--- reverts file 1 of 4
ALTER TABLE children DROP CONSTRAINT children_a_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of children that children_a_fkey does not allow
--   count: SELECT count(*) FROM children WHERE a IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM parents AS other WHERE other.id = children.a)
--   template: UPDATE children SET … WHERE a IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM parents AS other WHERE other.id = children.a);
ALTER TABLE children
    ADD CONSTRAINT children_a_fkey FOREIGN KEY (a) REFERENCES parents(id) ON DELETE CASCADE;
