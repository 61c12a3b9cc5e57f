ALTER TYPE mood ADD VALUE 'awful' BEFORE 'sad';
ALTER TYPE mood ADD VALUE 'meh' AFTER 'sad';
ALTER TYPE mood ADD VALUE 'ok' AFTER 'meh';
ALTER TYPE mood ADD VALUE 'ecstatic';
