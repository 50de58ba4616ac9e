-- Time stamps are set here and nowhere else, whoever writes. Part of schema.sql.
--
-- published_at  when the post was first published; kept when it goes back to draft
-- updated_at    the last change of the post, of its tags or of a tag's name
--
-- clock_timestamp(), so that two changes in one transaction are told apart.

-- _100_: before the journal triggers (_900_), which must see the final row.
create or replace function public.stamp_post() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
    new.published_at := case when new.status = 'published' then new.created_at end;
  elsif (new.author_id, new.title, new.content, new.status)
          is distinct from (old.author_id, old.title, old.content, old.status)
        or new.updated_at is distinct from old.updated_at then
    new.created_at := old.created_at;
    new.updated_at := greatest(clock_timestamp(), old.updated_at);
    new.published_at := coalesce(old.published_at, case when new.status = 'published' then new.updated_at end);
  else
    new.created_at := old.created_at;
    new.published_at := old.published_at;
  end if;
  return new;
end $$;
create or replace trigger _100_stamp before insert or update on public.posts
  for each row execute function public.stamp_post();

-- Posts that gained or lost a tag, or whose tag was renamed. Security definer: who
-- may tag a post need not be allowed to write posts.
create or replace function public.stamp_tagged_posts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update public.posts set updated_at = clock_timestamp() where id in (select post_id from new_rows);
  elsif tg_op = 'DELETE' then
    update public.posts set updated_at = clock_timestamp() where id in (select post_id from old_rows);
  else
    update public.posts set updated_at = clock_timestamp()
    where id in (select post_id from old_rows union select post_id from new_rows);
  end if;
  return null;
end $$;
create or replace trigger _100_stamp_insert after insert on public.post_tags
  referencing new table as new_rows for each statement execute function public.stamp_tagged_posts();
create or replace trigger _100_stamp_update after update on public.post_tags
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.stamp_tagged_posts();
create or replace trigger _100_stamp_delete after delete on public.post_tags
  referencing old table as old_rows for each statement execute function public.stamp_tagged_posts();

create or replace function public.stamp_renamed_tag() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.posts set updated_at = clock_timestamp()
  where id in (select pt.post_id from public.post_tags pt
               join old_rows o on o.id = pt.tag_id join new_rows n on n.id = o.id where n.name <> o.name);
  return null;
end $$;
create or replace trigger _100_stamp after update on public.tags
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.stamp_renamed_tag();
