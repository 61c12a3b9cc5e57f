-- revision: 20261125074811 (2 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

UPDATE idempotency_keys
SET answer = convert_to(format(E'HTTP/1.1 %s \r\n%s\r\n', status, array_to_string(fields || ''::text, E'\r\n')), 'UTF8') || body
WHERE answer IS NULL;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_answer_is_set CHECK (answer IS NOT NULL) NOT VALID;
