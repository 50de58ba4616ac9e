-- Roles and database of the blog. Run first, by a superuser, in any database:
--
--   psql -d postgres -v owner_password=… -v web_password=… -v edge_password=… -f db/roles.sql
--
-- Promise   Safe to run again. A role whose password is not given keeps the one it
--           has, or has none. -v database=… names another database than `blog`.
--
-- blog_owner  owns database and tables, publishes resources
-- blog_web    reads and writes the four tables
-- blog_edge   reads what is published, and pulls

\set ON_ERROR_STOP on
\if :{?database}
\else
  \set database blog
\endif

select format('create role %I', name)
from unnest('{blog_owner,blog_web,blog_edge}'::name[]) as name
where not exists (select from pg_roles where rolname = name) \gexec

alter role blog_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role blog_web login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role blog_edge login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

\if :{?owner_password}
  alter role blog_owner password :'owner_password';
\endif
\if :{?web_password}
  alter role blog_web password :'web_password';
\endif
\if :{?edge_password}
  alter role blog_edge password :'edge_password';
\endif

select format('create database %I owner blog_owner encoding ''UTF8'' template template0', :'database')
where not exists (select from pg_database where datname = :'database') \gexec
alter database :"database" owner to blog_owner;
revoke connect, temporary on database :"database" from public;
grant connect on database :"database" to blog_web, blog_edge;
