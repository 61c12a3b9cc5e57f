--- reverts file 2 of 2
CREATE TABLE users (
    id integer NOT NULL,
    email text NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id)
);
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey;
ALTER TABLE orders
    ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES accounts(id) NOT VALID;
--- reverts file 1 of 2
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of orders that orders_user_fkey does not allow
--   count: SELECT count(*) FROM orders WHERE user_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = orders.user_id)
--   template: UPDATE orders SET … WHERE user_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = orders.user_id);
ALTER TABLE orders
    ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users(id);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.accounts AS TABLE accounts;
DROP TABLE accounts;
