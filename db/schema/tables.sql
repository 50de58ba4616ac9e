-- Users, posts and tags. Part of schema.sql.
--
-- Bounds    Everything a person can write is limited here as well as in the web
--           service, so that psql can not store what the page can not show.

create table if not exists public.users (
  id            bigint generated always as identity primary key,
  username      text not null constraint users_username_key unique
                constraint users_username_length check (char_length(username) between 1 and 50)
                constraint users_username_trimmed check (username = btrim(username)),
  email         text not null
                constraint users_email_shape check (email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 254),
  password_hash text not null
                constraint users_password_hash_argon2id check (password_hash ~ '^\$argon2id\$'),
  created_at    timestamptz not null default now(),
  constraint users_email_key unique (email)
);

create table if not exists public.posts (
  id           bigint generated always as identity primary key,
  author_id    bigint not null constraint posts_author_id_fkey references public.users (id) on delete cascade,
  title        text not null
               constraint posts_title_length check (char_length(title) between 1 and 200)
               constraint posts_title_not_blank check (title ~ '\S'),
  content      text not null constraint posts_content_length check (char_length(content) <= 100000),
  status       text not null default 'draft' constraint posts_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  constraint posts_published_at_set check (status = 'draft' or published_at is not null)
);
create index if not exists posts_by_author on public.posts (author_id);

create table if not exists public.tags (
  id   bigint generated always as identity primary key,
  name text not null constraint tags_name_key unique
       constraint tags_name_length check (char_length(name) between 1 and 50)
       constraint tags_name_trimmed check (name = btrim(name))
);

create table if not exists public.post_tags (
  post_id bigint not null constraint post_tags_post_id_fkey references public.posts (id) on delete cascade,
  tag_id  bigint not null constraint post_tags_tag_id_fkey references public.tags (id) on delete cascade,
  constraint post_tags_pkey primary key (post_id, tag_id)
);
create index if not exists post_tags_by_tag on public.post_tags (tag_id);
