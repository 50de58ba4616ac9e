-- The tables of the schema `edge`. Part of edge.sql; safe to run twice.
--
-- Logged    what was declared: resources, links, captured tables, grants, settings.
-- UNLOGGED  what a crash may take, since a lost marker makes every edge reload:
--           journal, state, consumers.

do $$
begin
  if current_setting('server_version_num')::int not between 150000 and 189999 then
    raise exception 'edge needs PostgreSQL 15 to 18, this server is %', current_setting('server_version')
      using hint = 'Its triggers and its reading of view definitions are proved on those versions only.';
  end if;
end $$;

create schema if not exists edge;
comment on schema edge is 'Change capture for edge caches: edge.publish, edge.pull. Remove with SELECT edge.uninstall().';

-- One row per resource. `revision` names what an edge holds: it grows with every
-- change that matters to one, and only then. Compiled to edge.changes_<id>_<revision>.
create table if not exists edge.resource (
  name        text primary key,
  id          int generated always as identity,
  revision    bigint not null,
  arguments   jsonb not null,     -- of edge.publish or edge.publish_input, for edge.renew
  source      regclass,           -- the view; a regclass survives dump and restore. Null: an input, written through edges
  declaration jsonb not null,     -- what edges read, without its revision
  definition  text not null,      -- digest of all that was compiled: unchanged = same revision
  ways        jsonb not null,     -- per table instance its way to the key: edge.explain
  links       int[] not null,     -- whose journal rows lead to keys
  whole       int[] not null,     -- whose journal rows demand a whole re-read
  roots       oid[] not null      -- tables that hold the key: about as many entries as they have rows
);
alter table edge.resource add column if not exists watched jsonb not null default '{}',  -- edge.watched
                          add column if not exists shape   jsonb not null default '{}',  -- edge.shape when published
                          alter column source drop not null;
create sequence if not exists edge.revision;

-- A link is a table and the set of its columns that leads to the key of some
-- resource; no columns: every change of the table counts as a change of all of it.
create table if not exists edge.link (
  id       int generated always as identity primary key,
  relation regclass not null,
  columns  name[] not null,
  nulls    boolean not null,  -- whether nulls lead anywhere (only windows need them)
  form     text not null check (form in ('integer', 'text', 'table')),
  unique (relation, columns, nulls)
);

-- Tables that carry our triggers: those of the links, their partitions, children
-- and ancestors. The trigger function is edge.record_<id>.
create table if not exists edge.captured (
  relation regclass primary key,
  id       int generated always as identity,
  digest   text not null  -- of the trigger function's text
);

-- What changed. One row per distinct value of each link, old and new.
create unlogged table if not exists edge.journal (
  xid  xid8 not null default pg_catalog.pg_current_xact_id(),  -- top level, never xmin
  link int  not null,  -- edge.link
  key  bigint,         -- the value, where it is an integer
  keys text            -- other values as text, several as an array's text; both null: the whole table
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000,
        vacuum_truncate = off);
create index if not exists journal_by_xid on edge.journal (xid);

-- One row, gone after a crash: whoever misses its marker reloads.
create unlogged table if not exists edge.state (
  only_one  boolean primary key default true check (only_one),
  marker    uuid not null default gen_random_uuid(),
  home      oid not null,                        -- this very table: a marker that was dumped and restored is none
  horizon   xid8 not null default '0',           -- rows below it that `pruned` sees may be gone
  pruned    pg_snapshot not null default pg_current_snapshot(),
  swept     xid8 not null default '0',           -- below it nothing is left to delete
  sample    xid8 not null default '0',           -- newest xid of the present age sample ...
  sampled   timestamptz not null default now()   -- ... and when it was taken
);
alter table edge.state drop column if exists forced_at;

-- Outside of MVCC, so that a writer with an old snapshot reads them as they are now.
-- lease     until when (epoch seconds) some consumer follows: while it lasts, triggers journal
-- followed  while it lasts, pulls may go by the journal; never beyond lease
-- gap       changes of transactions below it may not have been journaled
-- asleep    until when some consumer sleeps: while it lasts, triggers ring
create unlogged sequence if not exists edge.lease;
create unlogged sequence if not exists edge.followed;
create unlogged sequence if not exists edge.gap;
create unlogged sequence if not exists edge.asleep;

-- Who pulls, and how far. A consumer whose lease is over holds nothing back. Written
-- under a SHARE ROW EXCLUSIVE lock, by one consumer at a time.
create unlogged table if not exists edge.consumer (
  name    text primary key check (length(name) between 1 and 200),
  applied pg_snapshot not null,
  lease   timestamptz not null
);
alter table edge.consumer add column if not exists asleep timestamptz;  -- until then it must be rung; null: awake

-- Roles that may pull, and what we granted to them: SELECT on sources, USAGE of their schemas.
create table if not exists edge.reader (role name primary key);
create table if not exists edge.granted (role name, source regclass, primary key (role, source));
create table if not exists edge.granted_schema (role name, schema regnamespace, primary key (role, schema));

create table if not exists edge.settings (
  only_one        boolean primary key default true check (only_one),
  bell            boolean not null default true,
  journal_max_age interval not null default '1 hour',
  journal_max_mb  int not null default 1024
);
insert into edge.settings default values on conflict do nothing;
