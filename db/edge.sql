-- Installs the schema `edge` into the current database, or renews it in place.
--
--   psql -v ON_ERROR_STOP=1 -d <database> -f db/edge.sql
--
-- Run by    The role that owns the tables to be published, or a superuser. It
--           needs CREATE on the database; everything made here belongs to it.
-- Promise   Safe to run again over a running system: publications, grants and
--           settings stay, and what a publication compiles to is made anew. All
--           or nothing, since it is one transaction.
-- Remove    SELECT edge.uninstall();
--
-- Parts are listed in the order in which they need each other.

\set ON_ERROR_STOP on
begin;
set local client_min_messages = warning;
set local check_function_bodies = off;  -- the parts call each other

-- Not to be replaced, for parameters or results have changed since they were first installed.
drop function if exists edge.link_select, edge.hops, edge.acknowledge;

\ir edge/tables.sql
\ir edge/query_tree.sql
\ir edge/view_blocks.sql
\ir edge/origin.sql
\ir edge/edges.sql
\ir edge/derive.sql
\ir edge/refusals.sql
\ir edge/columns.sql
\ir edge/ways.sql
\ir edge/links.sql
\ir edge/capture.sql
\ir edge/fingerprint.sql
\ir edge/generate.sql
\ir edge/declare.sql
\ir edge/publish.sql
\ir edge/inputs.sql
\ir edge/explain.sql
\ir edge/pull.sql
\ir edge/consumers.sql
\ir edge/administration.sql

-- What an earlier version had and this one has not made again.
do $$
declare
  former regprocedure;
begin
  for former in
    select oid from pg_catalog.pg_proc
    where pronamespace = 'edge'::regnamespace and proname !~ '^(record|changes)_[0-9]'
      and xmin::text <> (pg_current_xact_id()::text::bigint & 4294967295)::text
  loop
    execute format('drop function %s', former);
  end loop;
end $$;

set local client_min_messages = notice;
select edge.renew();
commit;
