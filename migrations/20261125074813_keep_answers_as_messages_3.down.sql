-- revision: 20261125074811 (3 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- The status line has 15 octets, and an empty line ends the header fields.
UPDATE idempotency_keys
SET status = convert_from(substring(answer FROM 10 FOR 3), 'UTF8')::smallint,
    fields = string_to_array(
        convert_from(substring(answer FROM 16 FOR greatest(position('\x0d0a0d0a' IN answer) - 16, 0)), 'UTF8'), E'\r\n'),
    body = substring(answer FROM position('\x0d0a0d0a' IN answer) + 4)
WHERE status IS NULL OR fields IS NULL OR body IS NULL;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_status_is_set CHECK (status IS NOT NULL) NOT VALID,
    ADD CONSTRAINT idempotency_keys_fields_is_set CHECK (fields IS NOT NULL) NOT VALID,
    ADD CONSTRAINT idempotency_keys_body_is_set CHECK (body IS NOT NULL) NOT VALID;
