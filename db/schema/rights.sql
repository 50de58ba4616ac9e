-- Least privilege. Part of schema.sql.
--
-- blog_edge gets its rights from edge.grant_edge: SELECT on published views, and the
-- functions of the pull. It can not read a table, so no e-mail and no password.

revoke create on schema public from public;
revoke all on all functions in schema public from public;
revoke all on public.users, public.posts, public.tags, public.post_tags from public;
revoke all on public.all_posts, public.published_posts from public;

grant usage on schema public to blog_web, blog_edge;
grant select, insert, update, delete on public.users, public.posts, public.tags, public.post_tags to blog_web;
grant select on public.all_posts, public.published_posts to blog_web;
