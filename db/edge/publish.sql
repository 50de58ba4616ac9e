-- edge.publish: a view becomes a resource.

-- Who may publish: a member of the role that owns the schema, which reads the
-- tables, and owns them, since triggers are put on them.
create or replace function edge.check_rights(source regclass, ways jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  t regclass;
begin
  for t in
    select distinct f from jsonb_array_elements(ways) as i, edge.family((i->>'relation')::oid) as f order by 1
  loop
    if not pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = t), 'usage') then
      raise exception 'role % may not publish %: it does not own table %', current_user, source, t
        using errcode = 'insufficient_privilege', hint = 'Triggers are put on the table. Publish as its owner.';
    elsif not has_schema_privilege(edge.owner(), (select relnamespace from pg_catalog.pg_class where oid = t), 'usage') then
      raise exception 'role %, which owns the schema edge, may not use the schema of table %', edge.owner(), t
        using errcode = 'insufficient_privilege', hint = format('GRANT USAGE ON SCHEMA %s TO %I;', (
          select relnamespace::regnamespace from pg_catalog.pg_class where oid = t), edge.owner());
    elsif not has_table_privilege(edge.owner(), t, 'select') then
      raise exception 'role %, which owns the schema edge, may not read table %', edge.owner(), t
        using errcode = 'insufficient_privilege', hint = format('GRANT SELECT ON %s TO %I;', t, edge.owner());
    end if;
  end loop;
  if not has_table_privilege(edge.owner(), source, 'select') then
    raise exception 'role %, which owns the schema edge, may not read %', edge.owner(), source
      using errcode = 'insufficient_privilege', hint = format('GRANT SELECT ON %s TO %I;', source, edge.owner());
  end if;
end $$;

create or replace function edge.check_publisher() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not pg_has_role(current_user, edge.owner(), 'usage') then
    raise exception 'role % may not publish', current_user using errcode = 'insufficient_privilege',
      hint = format('Publish as %s, which owns the schema edge, or as a member of it.', edge.owner());
  end if;
end $$;

-- A name is a resource's or an input's; to become the other it is unpublished first.
create or replace function edge.check_kind(name text, as_input boolean) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  known edge.resource;
begin
  select * into known from edge.resource r where r.name = check_kind.name;
  if found and (known.source is null) <> as_input then
    perform edge.complain(
      format('%s is published already, as %s', name,
             case when as_input then 'a resource of ' || (known.declaration->>'view') else 'an input' end),
      format('Choose another name, or SELECT edge.unpublish(%L) first.', name));
  end if;
end $$;

create or replace function edge.publish(name text, source text, key text, sort text default null,
                                        filters text[] default '{}', default_limit int default null,
                                        max_limit int default null, owner text default null)
returns text language plpgsql as $$
declare
  of_view regclass;
begin
  begin
    of_view := to_regclass(source);  -- by the caller's search_path, like any query
  exception when syntax_error or invalid_name or feature_not_supported then  -- of too many parts, or of another database
    null;
  end;
  if of_view is null then
    perform edge.complain(format('there is no view %s', coalesce(source, 'null')),
      format('Create it first, or name its schema. The search path is %s.', current_setting('search_path')));
  end if;
  perform edge.check_publisher();
  return edge.publish_source(name, of_view, key, sort, coalesce(filters, '{}'), default_limit, max_limit, owner);
end $$;

create or replace function edge.publish_source(name text, source regclass, key text, sort text, filters text[],
                                               default_limit int, max_limit int, owner text)
returns text language plpgsql set search_path = pg_catalog, pg_temp
set jit = off  -- hundreds of small queries, whose costs the planner overrates
as $$
#variable_conflict use_variable
declare
  declaration jsonb; ways jsonb; code text; digest text;
  watched jsonb; shape jsonb;
  known edge.resource;
  chains int[]; wholes int[];
  new_revision bigint;
begin
  if (select relkind from pg_catalog.pg_class where oid = source) not in ('v', 'r', 'p') then
    perform edge.refuse(source, 'it is neither a view nor a table', 'Publish a view over tables.');
  end if;
  lock table edge.resource in share row exclusive mode;  -- one publication at a time; pulls go on
  perform edge.check_kind(name, false);
  perform edge.lock_source(source);
  perform edge.check_source(source);
  declaration := edge.declare(name, source, key, sort, filters, default_limit, max_limit, owner);
  declaration := declaration || jsonb_build_object('load', edge.load_sql(source, declaration));
  ways := edge.with_links(edge.derive(source, (
    select array_agg(a.attnum order by k.n)
    from jsonb_array_elements_text(declaration->'key') with ordinality as k(column_name, n)
    join pg_catalog.pg_attribute a on a.attrelid = source and a.attname = k.column_name)));
  perform edge.check_rights(source, ways);
  select array_agg(distinct (i->>'link')::int) filter (where i ? 'way'),
         array_agg(distinct (i->>'link')::int) filter (where not i ? 'way')
    into chains, wholes from jsonb_array_elements(ways) as i;
  if chains is not null then
    code := edge.changes_code(source, declaration, ways, chains);
  end if;
  perform edge.capture();  -- first, since the shape tells of the triggers too
  watched := edge.watched(source, ways);
  shape := edge.shape(watched, edge.watched_tables(watched));

  digest := md5(concat_ws(E'\n', declaration, ways, code, shape));
  select * into known from edge.resource r where r.name = publish_source.name;
  if known.definition is distinct from digest then
    new_revision := nextval('edge.revision');
    insert into edge.resource as r
      (name, revision, arguments, source, declaration, definition, watched, shape, ways, links, whole, roots)
    values (name, new_revision,
      jsonb_build_object('source', source::text, 'key', key, 'sort', sort, 'filters', filters,
        'default_limit', default_limit, 'max_limit', max_limit, 'owner', owner),
      source, declaration, digest, watched, shape, ways, coalesce(chains, '{}'), coalesce(wholes, '{}'),
      array(select (i->>'relation')::oid from jsonb_array_elements(ways) as i where i->'way'->0->'parent' = 'null'))
    on conflict on constraint resource_pkey do update set
      revision = excluded.revision, arguments = excluded.arguments, source = excluded.source,
      declaration = excluded.declaration, definition = excluded.definition, watched = excluded.watched,
      shape = excluded.shape, ways = excluded.ways, links = excluded.links, whole = excluded.whole, roots = excluded.roots;
    perform edge.drop_changes(known.id, known.revision);
    if chains is not null then
      execute format('create function edge.changes_%s_%s(links int[], keys bigint[], texts text[]) %s',
        (select r.id from edge.resource r where r.name = publish_source.name), new_revision, code);
      perform edge.own_function(format('edge.changes_%s_%s(int[], bigint[], text[])',
        (select r.id from edge.resource r where r.name = publish_source.name), new_revision));
    end if;
    perform edge.drop_unused_links();
    perform edge.grant_sources();
    perform edge.capture();  -- again: links that only the former publication had are gone
    perform edge.ring() from edge.settings where bell;
  end if;
  perform edge.tell_ways(name, ways);
  return format('%s: revision %s%s', name, coalesce(new_revision, known.revision),
    case when new_revision is null then ', unchanged' else '' end);
end $$;

-- Nobody replaces or alters what is being read. A view reads with its owner's rights,
-- and so does the lock, which goes down to the tables.
create or replace function edge.lock_source(source regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('lock table %s in access share mode', source);
exception when insufficient_privilege then
  raise exception '% can not be published: %', source, sqlerrm using errcode = 'insufficient_privilege',
    hint = format('Who publishes (%s) needs SELECT on it, and the owner of each view SELECT on what that view reads.', current_user);
end $$;

-- Every instance with the link through which its changes are journaled.
create or replace function edge.with_links(ways jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  instance jsonb;
  linked jsonb := '[]';
begin
  for instance in select value from jsonb_array_elements(ways) loop
    linked := linked || (instance || jsonb_build_object('link', edge.link_of(instance)));
  end loop;
  return linked;
end $$;

create or replace function edge.drop_changes(resource_id int, old_revision bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if resource_id is not null then
    execute format('drop function if exists edge.changes_%s_%s', resource_id, old_revision);
  end if;
end $$;

create or replace function edge.drop_unused_links() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  delete from edge.link where id not in (select unnest(links || whole) from edge.resource)
$$;

create or replace function edge.tell_ways(name text, ways jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  for r in
    select distinct (i->>'relation')::oid::regclass as relation, i->>'alias' as alias, i->>'reason' as reason
    from jsonb_array_elements(ways) as i where i ? 'reason' order by 1, 2
  loop
    raise notice 'edge: every change of % re-reads all of %: %', r.relation, name, r.reason
      using detail = format('Table %s stands in the view as %s.', r.relation, r.alias),
            hint = format('Only real differences are streamed, but each costs a whole read. '
                          'See edge.explain(%L).', name);
  end loop;
  for r in select distinct h.hop from edge.hops(ways) as h where h.indexes is null order by 1 loop
    raise notice 'edge: no index carries % on the way to a key of %', r.hop, name
      using hint = format('A change that goes this way scans the table. Create an index for the condition; '
                          'edge.explain(%L) shows it.', name);
  end loop;
end $$;

create or replace function edge.unpublish(name text) returns void
language plpgsql set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  gone edge.resource;
begin
  lock table edge.resource in share row exclusive mode;
  delete from edge.resource r where r.name = unpublish.name returning * into gone;
  if not found then
    raise exception 'there is no resource %', name using errcode = 'undefined_object',
      hint = format('Published are: %s.', coalesce((
        select string_agg(r.name, ', ' order by r.name) from edge.resource r), 'none'));
  end if;
  perform edge.drop_changes(gone.id, gone.revision);
  perform edge.drop_unused_links();
  perform edge.capture();
  perform edge.grant_sources();
  perform edge.ring() from edge.settings where bell;
end $$;
