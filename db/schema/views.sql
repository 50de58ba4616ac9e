-- What edges publish. Part of schema.sql.
--
-- A post is {id,author_id,title,content,status,tags,published_at,created_at,updated_at,
-- author:{id,name}}. Of its author the id and the name, never the e-mail.

create or replace view public.all_posts as
  select p.id, p.author_id, p.title, p.content, p.status,
    array(
      select t.name from public.post_tags pt join public.tags t on t.id = pt.tag_id
      where pt.post_id = p.id order by t.name collate "C"
    ) as tags,
    p.published_at, p.created_at, p.updated_at,
    json_build_object('id', u.id, 'name', u.username) as author
  from public.posts p join public.users u on u.id = p.author_id;

create or replace view public.published_posts as
  select * from public.all_posts where status = 'published';
