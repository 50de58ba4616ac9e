-- Settings, grants, renewal and removal.

-- bell             false: never NOTIFY (edges then poll; needed for PREPARE TRANSACTION)
-- journal_max_age  how long the journal waits for a consumer that holds it back
-- journal_max_mb   how large it may grow
create or replace function edge.configure(bell boolean default null, journal_max_age interval default null,
                                          journal_max_mb int default null)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if journal_max_age < '1 minute' or journal_max_mb < 1 then
    perform edge.complain('the journal must hold at least one minute and one MB',
      'Give journal_max_age and journal_max_mb larger.');
  end if;
  update edge.settings s set
    bell = coalesce(configure.bell, s.bell),
    journal_max_age = coalesce(configure.journal_max_age, s.journal_max_age),
    journal_max_mb = coalesce(configure.journal_max_mb, s.journal_max_mb);
  if not configure.bell then  -- writers know it by the flag alone: a setting would be as old as their snapshot
    perform edge.lock_consumers();
    update edge.consumer set asleep = null;
    perform edge.raise_flag();
  end if;
end $$;

-- Lets a role pull, and read all sources published now or later. (LISTEN needs no grant.)
create or replace function edge.grant_edge(role name) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = role) then
    perform edge.complain(format('there is no role %s', quote_ident(role)), format('CREATE ROLE %I LOGIN;', role));
  end if;
  insert into edge.reader values (role) on conflict do nothing;
  execute format('grant usage on schema edge to %I', role);
  execute format('grant execute on function edge.pull(pg_snapshot, uuid, jsonb, boolean), '
    'edge.acknowledge(text, pg_snapshot, int), edge.fall_asleep(text), edge.wake(text), edge.release(text), '
    'edge.renew_marker() to %I', role);
  perform edge.grant_sources();
end $$;

-- USAGE of the schemas of all sources for every reader; and none by us where there is no source any more.
create or replace function edge.grant_schemas() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  for r in
    select distinct e.role, c.relnamespace::regnamespace as schema
    from edge.reader e join pg_catalog.pg_roles on rolname = e.role,
      edge.resource p join pg_catalog.pg_class c on c.oid = p.source
    where not has_schema_privilege(e.role, c.relnamespace, 'usage') order by 1, 2
  loop
    if not has_schema_privilege(r.schema, 'usage with grant option') then
      raise warning 'edge: % may not use the schema %, and only its owner can grant that', r.role, r.schema
        using hint = format('GRANT USAGE ON SCHEMA %s TO %I;', r.schema, r.role);
      continue;
    end if;
    execute format('grant usage on schema %s to %I', r.schema, r.role);
    insert into edge.granted_schema values (r.role, r.schema) on conflict do nothing;
  end loop;
  for r in
    select g.role, g.schema from edge.granted_schema g
    where not exists (select from edge.resource p join pg_catalog.pg_class c on c.oid = p.source
                      where c.relnamespace = g.schema) order by 1, 2
  loop
    perform edge.revoke_schema(r.role, r.schema);
  end loop;
end $$;

create or replace function edge.revoke_schema(role name, schema regnamespace) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from pg_catalog.pg_namespace n, pg_catalog.pg_roles r where n.oid = schema and r.rolname = role) then
    execute format('revoke usage on schema %s from %I', schema, role);
  end if;
  delete from edge.granted_schema g where g.role = revoke_schema.role and g.schema = revoke_schema.schema;
end $$;

-- SELECT on every source for every reader; and none by us on what is a source no more.
create or replace function edge.grant_sources() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  perform edge.grant_schemas();
  for r in
    select e.role, s.source
    from edge.reader e join pg_catalog.pg_roles on rolname = e.role,
      (select distinct source from edge.resource where source is not null) as s
    where not has_table_privilege(e.role, s.source, 'select') order by 1, 2
  loop
    if not pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = r.source), 'usage') then
      raise warning 'edge: % may not read %, and only its owner can grant that', r.role, r.source
        using hint = format('GRANT SELECT ON %s TO %I;', r.source, r.role);
      continue;
    end if;
    execute format('grant select on %s to %I', r.source, r.role);
    insert into edge.granted values (r.role, r.source) on conflict do nothing;
  end loop;
  for r in
    select g.role, g.source from edge.granted g
    where not exists (select from edge.resource p where p.source = g.source) order by 1, 2
  loop
    perform edge.revoke_source(r.role, r.source);
  end loop;
end $$;

create or replace function edge.revoke_source(role name, source regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from pg_catalog.pg_class c, pg_catalog.pg_roles r where c.oid = source and r.rolname = role) then
    execute format('revoke select on %s from %I', source, role);
  end if;
  delete from edge.granted g where g.role = revoke_source.role and g.source = revoke_source.source;
end $$;

-- Compiles every publication anew, as after an upgrade of these functions. Revisions
-- change only where what was compiled did. One that can not be published any more
-- stays as it was, with a warning.
create or replace function edge.renew() returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  f record; r record;
  renewed int := 0;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
           join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname = 'edge' loop
    perform edge.own_function(f.signature::text);
  end loop;
  perform edge.renew_marker();
  for f in select role from edge.reader where exists (select from pg_catalog.pg_roles where rolname = role) loop
    perform edge.grant_edge(f.role);
  end loop;
  for r in
    select name, arguments as a, case when exists (select from pg_catalog.pg_class c where c.oid = source) then source
                                      else coalesce(to_regclass(arguments->>'source'), source) end as source
    from edge.resource order by name
  loop  -- a view that was dropped and made again is found by its name
    begin
      if r.source is null then
        perform edge.publish_input(r.name, (r.a->>'ttl_s')::int);
      else
        perform edge.publish_source(r.name, r.source, r.a->>'key', r.a->>'sort',
          array(select jsonb_array_elements_text(r.a->'filters')),
          (r.a->>'default_limit')::int, (r.a->>'max_limit')::int, r.a->>'owner');
      end if;
      renewed := renewed + 1;
    exception when others then
      raise warning 'edge: % stays as it was published: %', r.name, sqlerrm
        using hint = 'Mend its view and publish it again, or SELECT edge.unpublish(...).';
    end;
  end loop;
  return format('edge is installed, %s resources renewed', renewed);
end $$;

-- Removes everything that was ever made here: triggers, grants, functions, tables, schema.
create or replace function edge.uninstall() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  for r in select role, source from edge.granted loop
    perform edge.revoke_source(r.role, r.source);
  end loop;
  for r in select role, schema from edge.granted_schema loop
    perform edge.revoke_schema(r.role, r.schema);
  end loop;
  perform edge.release_tables(array(select relation from edge.captured));
  drop schema edge cascade;
end $$;
