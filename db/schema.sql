-- Tables and views of the blog, and what its roles may do with them. Run by
-- blog_owner in its database, after roles.sql and edge.sql:
--
--   psql -d blog -f db/schema.sql
--
-- Promise   Safe to run again: data stays, views and triggers are made anew. All
--           or nothing, since it is one transaction.

\set ON_ERROR_STOP on
begin;
set local client_min_messages = warning;

\ir schema/tables.sql
\ir schema/timestamps.sql
\ir schema/views.sql
\ir schema/rights.sql

commit;
