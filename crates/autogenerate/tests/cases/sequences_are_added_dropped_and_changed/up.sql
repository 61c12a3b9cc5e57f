CREATE SEQUENCE coming AS smallint START WITH 5 INCREMENT BY -1 MINVALUE -100 MAXVALUE 10 CACHE 3 CYCLE;
-- hazards: may-fail-on-data
ALTER SEQUENCE changing START WITH 10 INCREMENT BY 5 MAXVALUE 500;
-- hazards: may-fail-on-data
ALTER SEQUENCE wide AS integer;
-- hazards: deletes-data
DROP SEQUENCE going;
