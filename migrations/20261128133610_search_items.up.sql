-- revision: 20261128133610 (1 of 2): search items
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards in this file: rewrites-table, blocks-writes, blocks-reads

-- hazards: rewrites-table, blocks-writes, blocks-reads
-- locks: AccessExclusive on items; rewrites: items; scans: items
ALTER TABLE items ADD COLUMN search tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, replace(replace(replace(replace(replace(replace(replace(replace((name)::text, '-'::text, ' '::text), '/'::text, ' '::text), '.'::text, ' '::text), '+'::text, ' '::text), '<'::text, ' '::text), '&'::text, ' '::text), '@'::text, ' '::text), '~'::text, ' '::text)), 'A'::"char") || setweight(jsonb_to_tsvector('simple'::regconfig, (replace(replace(replace(replace(replace(replace(replace(replace((jsonb_path_query_array(attributes, 'strict $.**?(@.type() == "string")'::jsonpath))::text, '-'::text, ' '::text), '/'::text, ' '::text), '.'::text, ' '::text), '+'::text, ' '::text), '<'::text, ' '::text), '&'::text, ' '::text), '@'::text, ' '::text), '~'::text, ' '::text))::jsonb, '["string"]'::jsonb), 'B'::"char")) STORED;

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
COMMENT ON COLUMN items.search IS 'The words of the name and of the texts in attributes.';
