-- What the sample has besides tables.

CREATE DOMAIN year AS integer CONSTRAINT year_check CHECK (VALUE >= 1901 AND VALUE <= 2155);

CREATE FUNCTION last_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.last_update = CURRENT_TIMESTAMP;
    RETURN NEW;
END $$;

CREATE TRIGGER last_updated BEFORE UPDATE ON actor FOR EACH ROW EXECUTE FUNCTION last_updated();

CREATE VIEW customer_list AS
    SELECT customer_id AS id, first_name || ' ' || last_name AS name, city, country
    FROM customer JOIN address USING (address_id) JOIN city USING (city_id) JOIN country USING (country_id);

CREATE MATERIALIZED VIEW rental_by_category AS
    SELECT name AS category, count(*) AS rentals
    FROM rental JOIN inventory USING (inventory_id) JOIN film_category USING (film_id) JOIN category USING (category_id)
    GROUP BY name;
