ALTER TABLE children DROP CONSTRAINT children_a_fkey;
ALTER TABLE children
    ADD CONSTRAINT children_a_fkey FOREIGN KEY (a) REFERENCES parents(id) ON DELETE RESTRICT NOT VALID;
--- a new file
ALTER TABLE children VALIDATE CONSTRAINT children_a_fkey;
ALTER TABLE children DROP CONSTRAINT children_b_fkey;
ALTER TABLE children
    ADD CONSTRAINT children_b_fkey FOREIGN KEY (b) REFERENCES parents(id) ON UPDATE CASCADE ON DELETE SET NULL NOT VALID;
--- a new file
ALTER TABLE children VALIDATE CONSTRAINT children_b_fkey;
ALTER TABLE children DROP CONSTRAINT children_c_fkey;
ALTER TABLE children
    ADD CONSTRAINT children_c_fkey FOREIGN KEY (c) REFERENCES parents(id) NOT VALID;
--- a new file
ALTER TABLE children VALIDATE CONSTRAINT children_c_fkey;
