CREATE TABLE items (kind text, v bigint) PARTITION BY LIST (kind);
CREATE TABLE items_ab PARTITION OF items FOR VALUES IN ('a', 'b', 'c');
