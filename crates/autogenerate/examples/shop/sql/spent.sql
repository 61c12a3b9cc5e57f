-- What a user has paid for.
CREATE FUNCTION spent(buyer uuid) RETURNS bigint
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT coalesce(sum(cents), 0) FROM orders WHERE user_id = buyer AND state = 'paid';
    END;
