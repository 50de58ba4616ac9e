-- edge.publish: a view becomes a resource.

-- 'a,-b,"Odd, name"' to names and directions.
create or replace function edge.parse_columns(list text)
returns table (name text, descending boolean)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when part ~ '^".*"$' then replace(substr(part, 2, length(part) - 2), '""', '"') else part end, minus
  from (
    select regexp_replace(trim(m[1]), '^-\s*', '') as part, trim(m[1]) ~ '^-' as minus, n
    from regexp_matches(list, '((?:"(?:[^"]|"")*"|[^,"])+)', 'g') with ordinality as x(m, n)
  ) as parts
  order by n
$$;

create or replace function edge.complain(message text, mend text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%', message using errcode = 'invalid_parameter_value', hint = mend;
end $$;

-- What an edge is told about a column that it sorts, filters or compares.
create or replace function edge.describe_column(source regclass, role text, column_name text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  a pg_catalog.pg_attribute;
  element oid; of_kind text;
begin
  select * into a from pg_catalog.pg_attribute
    where attrelid = source and attname = column_name and attnum > 0 and not attisdropped;
  if not found then
    perform edge.complain(format('%s has no column %s, which %s names', source, quote_ident(column_name), role),
      format('Its columns are: %s.', (
        select string_agg(quote_ident(attname), ', ' order by attnum) from pg_catalog.pg_attribute
        where attrelid = source and attnum > 0 and not attisdropped)));
  end if;
  element := edge.element_type(a.atttypid);
  of_kind := edge.kind_of(coalesce(element, a.atttypid));
  if of_kind is null then
    perform edge.complain(format('column %s of %s, which %s names, has type %s', quote_ident(column_name), source, role, format_type(a.atttypid, null)),
      'Supported are smallint, integer, bigint, real, double precision, numeric, boolean, text, varchar, char, name, uuid, '
      'timestamp, timestamptz, date, enums, domains over them, and in filters arrays of them. Cast the column in the view.');
  elsif element is not null and role <> 'filters' then
    perform edge.complain(format('column %s of %s is an array, which %s can not use', quote_ident(column_name), source, role),
      'Only filters take arrays (they mean "contains").');
  end if;
  return jsonb_strip_nulls(jsonb_build_object('name', column_name, 'kind', of_kind, 'array', element is not null,
    'labels', case when of_kind = 'enum' then (
      select jsonb_agg(enumlabel order by enumsortorder) from pg_catalog.pg_enum
      where enumtypid = edge.base_type(coalesce(element, a.atttypid))) end));
end $$;

create or replace function edge.declare(name text, source regclass, key text, sort text, filters text[],
                                        default_limit int, max_limit int, owner text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  keys constant text[] := array(select p.name from edge.parse_columns(key) as p);
  sorts jsonb := coalesce((select jsonb_agg(jsonb_build_object('name', p.name, 'descending', p.descending)) from edge.parse_columns(sort) as p), '[]');
  columns jsonb := '[]';
  c record;
begin
  if name is null or name !~ '^[A-Za-z_][A-Za-z0-9_-]{0,62}$' then
    perform edge.complain(format('%L is no name for a resource', name), 'It stands in paths: up to 63 letters, digits, _ and -, a letter first.');
  elsif name in ('leader', 'lookup') then
    perform edge.complain(format('%L is a reserved name', name), 'The control API gives it another meaning; choose another.');
  elsif keys = '{}' then
    perform edge.complain('no key was given', 'Name the column, or the columns, by which an entry is found: key => ''id''.');
  elsif default_limit < 0 or max_limit < 0 or default_limit > max_limit then
    perform edge.complain('limits are whole numbers from 0, and default_limit is at most max_limit', 'Correct default_limit and max_limit.');
  end if;
  for c in select f from unnest(filters) as f where f in ('limit', 'after', 'last_event_id', 'key') loop
    perform edge.complain(format('a filter can not be called %s', c.f), 'The edge has a parameter of that name; rename the column in the view.');
  end loop;
  sorts := sorts || coalesce((
    select jsonb_agg(jsonb_build_object('name', k, 'descending', false) order by n) from unnest(keys) with ordinality as x(k, n)
    where k not in (select s->>'name' from jsonb_array_elements(sorts) as s)), '[]');
  for c in select f from unnest(filters) as f group by f having count(*) > 1 loop
    perform edge.complain(format('filter %s is named twice', quote_ident(c.f)), 'Name each column once.');
  end loop;
  for c in
    select n as name, min(role) as role, min(place) as place from (
      select s->>'name' as n, case when s->>'name' = any (keys) then 'key' else 'sort' end as role, i as place
        from jsonb_array_elements(sorts) with ordinality as x(s, i)
      union all select f, 'filters', 1000 + i from unnest(filters) with ordinality as x(f, i)
      union all select owner, 'owner', 9999 where owner is not null) as used
    group by n order by 3
  loop
    columns := columns || edge.describe_column(source, c.role, c.name);
  end loop;
  return jsonb_build_object('name', name, 'view', source::text, 'key', keys, 'columns', columns,
    'sort', (select jsonb_agg(jsonb_build_object('column', edge.place_of(columns, s->>'name'), 'descending', s->'descending') order by i)
             from jsonb_array_elements(sorts) with ordinality as x(s, i)),
    'filters', coalesce((select jsonb_agg(jsonb_build_object('name', f, 'column', edge.place_of(columns, f)) order by i)
                         from unnest(filters) with ordinality as x(f, i)), '[]'),
    'owner', edge.place_of(columns, owner), 'default_limit', default_limit, 'max_limit', max_limit);
end $$;

create or replace function edge.place_of(columns jsonb, column_name text) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select n::int - 1 from jsonb_array_elements(columns) with ordinality as x(c, n) where c->>'name' = column_name
$$;

-- Who may publish: a member of the role that owns the schema, which reads the
-- tables, and owns them, since triggers are put on them.
create or replace function edge.check_rights(source regclass, ways jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  t regclass;
begin
  for t in select distinct f from jsonb_array_elements(ways) as i, edge.family((i->>'relation')::oid::regclass) as f order by 1 loop
    if not pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = t), 'usage') then
      raise exception 'role % may not publish %: it does not own table %', current_user, source, t
        using errcode = 'insufficient_privilege', hint = 'Triggers are put on the table. Publish as its owner.';
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

create or replace function edge.publish(name text, source text, key text, sort text default null, filters text[] default '{}',
                                        default_limit int default null, max_limit int default null, owner text default null)
returns text language plpgsql as $$
declare
  of_view regclass := to_regclass(source);  -- by the caller's search_path, like any query
begin
  if of_view is null then
    perform edge.complain(format('there is no view %s', source),
      format('Create it first, or name its schema. The search path is %s.', current_setting('search_path')));
  end if;
  if not pg_has_role(current_user, edge.owner(), 'usage') then
    raise exception 'role % may not publish', current_user using errcode = 'insufficient_privilege',
      hint = format('Publish as %s, which owns the schema edge, or as a member of it.', edge.owner());
  end if;
  return edge.publish_source(name, of_view, key, sort, coalesce(filters, '{}'), default_limit, max_limit, owner);
end $$;

create or replace function edge.publish_source(name text, source regclass, key text, sort text, filters text[],
                                               default_limit int, max_limit int, owner text)
returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  declaration jsonb; ways jsonb; code text; digest text;
  known edge.resource;
  chains int[]; wholes int[];
  new_revision bigint;
begin
  if (select relkind from pg_catalog.pg_class where oid = source) not in ('v', 'r', 'p') then
    perform edge.refuse(source, 'it is neither a view nor a table', 'Publish a view over tables.');
  end if;
  lock table edge.resource in share row exclusive mode;  -- one publication at a time; pulls go on
  execute format('lock table %s in access share mode', source);  -- nobody replaces what is being read
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

  digest := md5(concat_ws(E'\n', declaration, ways, code, edge.definitions(source)));
  select * into known from edge.resource r where r.name = publish_source.name;
  if known.definition is distinct from digest then
    new_revision := nextval('edge.revision');
    insert into edge.resource as r (name, revision, arguments, source, declaration, definition, ways, links, whole, roots)
    values (name, new_revision,
      jsonb_build_object('source', source::text, 'key', key, 'sort', sort, 'filters', filters,
        'default_limit', default_limit, 'max_limit', max_limit, 'owner', owner),
      source, declaration, digest, ways, coalesce(chains, '{}'), coalesce(wholes, '{}'),
      array(select (i->>'relation')::oid from jsonb_array_elements(ways) as i where i->'way'->0->'parent' = 'null'))
    on conflict on constraint resource_pkey do update set
      revision = excluded.revision, arguments = excluded.arguments, source = excluded.source, declaration = excluded.declaration,
      definition = excluded.definition, ways = excluded.ways, links = excluded.links, whole = excluded.whole,
      roots = excluded.roots;
    perform edge.drop_changes(known.id, known.revision);
    if chains is not null then
      execute format('create function edge.changes_%s_%s(after xid8, unseen xid8[]) %s',
        (select r.id from edge.resource r where r.name = publish_source.name), new_revision, code);
      perform edge.own_function(format('edge.changes_%s_%s(xid8, xid8[])',
        (select r.id from edge.resource r where r.name = publish_source.name), new_revision));
    end if;
    perform edge.drop_unused_links();
    perform edge.grant_sources();
    perform pg_notify('edge', '') from edge.settings where bell;
  end if;
  perform edge.capture();
  perform edge.tell_ways(name, ways);
  return format('%s: revision %s%s', name, coalesce(new_revision, known.revision),
    case when new_revision is null then ', unchanged' else '' end);
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

-- What the views under a source say, for the digest: a replaced view is another one.
create or replace function edge.definitions(source regclass) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(format('%s: %s', v, pg_get_viewdef(v)), E'\n' order by v::text)
  from (select source as v union select relation from edge.dependencies(source)) as under
  join pg_catalog.pg_class c on c.oid = v and c.relkind = 'v'
$$;

create or replace function edge.drop_changes(resource_id int, old_revision bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if resource_id is not null then
    execute format('drop function if exists edge.changes_%s_%s(xid8, xid8[])', resource_id, old_revision);
  end if;
end $$;

create or replace function edge.drop_unused_links() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  delete from edge.link where id not in (select unnest(links || whole) from edge.resource)
$$;

create or replace function edge.tell_ways(name text, ways jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  for r in
    select distinct (i->>'relation')::oid::regclass as relation, i->>'alias' as alias, i->>'reason' as reason
    from jsonb_array_elements(ways) as i where i ? 'reason' order by 1, 2
  loop
    raise notice 'edge: every change of % re-reads all of %: %', r.relation, name, r.reason
      using detail = format('Table %s stands in the view as %s.', r.relation, r.alias),
            hint = format('Only real differences are streamed, but each costs a whole read. See edge.explain(%L).', name);
  end loop;
  for r in select distinct h.hop from edge.hops(ways) as h where h.index is null order by 1 loop
    raise notice 'edge: no index carries % on the way to a key of %', r.hop, name
      using hint = 'A change that goes this way scans the table. Create an index on that column.';
  end loop;
end $$;

create or replace function edge.unpublish(name text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  gone edge.resource;
begin
  lock table edge.resource in share row exclusive mode;
  delete from edge.resource r where r.name = unpublish.name returning * into gone;
  if not found then
    raise exception 'there is no resource %', name using errcode = 'undefined_object',
      hint = format('Published are: %s.', coalesce((select string_agg(r.name, ', ' order by r.name) from edge.resource r), 'none'));
  end if;
  perform edge.drop_changes(gone.id, gone.revision);
  perform edge.drop_unused_links();
  perform edge.capture();
  perform edge.grant_sources();
  perform edge.ring();
end $$;
