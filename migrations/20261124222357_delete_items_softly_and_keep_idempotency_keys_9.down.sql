-- revision: 20261124222349 (9 of 9): delete items softly and keep idempotency keys
-- Made from the models, and proven up and down. Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- Nothing to do here: the way down has fewer files than the way up.
