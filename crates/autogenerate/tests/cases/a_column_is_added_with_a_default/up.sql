ALTER TABLE items ADD COLUMN attributes jsonb DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE items ADD COLUMN created_at timestamp with time zone DEFAULT now() NOT NULL;
ALTER TABLE items ADD COLUMN tags text[] DEFAULT '{}'::text[] NOT NULL;
