-- Another role than the owner sees the orders of the user in `shop.user` alone.
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON orders
    USING (user_id = nullif(current_setting('shop.user', true), '')::uuid);
