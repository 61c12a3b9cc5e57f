--- reverts file 2 of 2
ALTER TABLE posts DROP CONSTRAINT posts_tenant_id_author_id_fkey;
ALTER TABLE posts
    ADD CONSTRAINT posts_tenant_id_author_id_fkey FOREIGN KEY (tenant_id, author_id) REFERENCES users(tenant_id, id) ON DELETE SET NULL (author_id) NOT VALID;
--- reverts file 1 of 2
ALTER TABLE posts DROP CONSTRAINT posts_tenant_id_author_id_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of posts that posts_tenant_id_author_id_fkey does not allow
--   count: SELECT count(*) FROM posts WHERE (tenant_id IS NOT NULL OR author_id IS NOT NULL)
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.tenant_id = posts.tenant_id AND other.id = posts.author_id)
--   template: UPDATE posts SET … WHERE (tenant_id IS NOT NULL OR author_id IS NOT NULL)
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.tenant_id = posts.tenant_id AND other.id = posts.author_id);
ALTER TABLE posts
    ADD CONSTRAINT posts_tenant_id_author_id_fkey FOREIGN KEY (tenant_id, author_id) REFERENCES users(tenant_id, id) MATCH FULL ON DELETE SET NULL;
