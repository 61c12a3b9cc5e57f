-- The orders that wait for a payment, with their buyers.
CREATE VIEW open_orders AS
    SELECT orders.id, users.email AS buyer, orders.cents
    FROM orders JOIN users ON users.id = orders.user_id
    WHERE orders.state = 'open';
