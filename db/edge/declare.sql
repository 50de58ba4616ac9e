-- What edge.publish is told, checked and made into a declaration.

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

-- A list is columns between commas, with nothing left over, and none twice.
create or replace function edge.check_list(role text, list text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  twice text;
begin
  if list !~ '^\s*$'
     and regexp_replace(list, '\s*-?\s*("([^"]|"")+"|[^",]*[^",\s][^",]*)\s*', 'c', 'g') !~ '^c(,c)*$' then
    perform edge.complain(format('%s is no list of columns: %s', role, list),
      'Separate columns by commas, with a minus before one that descends; put names with commas, quotes or a leading '
      'minus in double quotes.');
  end if;
  select p.name into twice from edge.parse_columns(list) as p group by p.name having count(*) > 1 limit 1;
  if found then
    perform edge.complain(format('%s names %s twice', role, quote_ident(twice)), 'Name each column once.');
  end if;
end $$;

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
    perform edge.complain(
      format('column %s of %s, which %s names, has type %s',
             quote_ident(column_name), source, role, format_type(a.atttypid, null)),
      'Supported are smallint, integer, bigint, real, double precision, numeric, boolean, text, varchar, char, '
      'name, uuid, timestamp, timestamptz, date, enums, domains over them, and in filters arrays of them. '
      'Cast the column in the view.');
  elsif element is not null and role <> 'filters' then
    perform edge.complain(
      format('column %s of %s is an array, which %s can not use', quote_ident(column_name), source, role),
      'Only filters take arrays (they mean "contains").');
  end if;
  return jsonb_strip_nulls(jsonb_build_object('name', column_name, 'kind', of_kind, 'array', element is not null,
    'labels', case when of_kind = 'enum' then (
      select jsonb_agg(enumlabel order by enumsortorder) from pg_catalog.pg_enum
      where enumtypid = edge.base_type(coalesce(element, a.atttypid))) end));
end $$;

create or replace function edge.check_arguments(name text, keys text[], filters text[], default_limit int, max_limit int)
returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  reserved constant text[] := '{limit,after,last_event_id,key}';  -- parameters of the edge
  bad text;
begin
  if name is null or name !~ '^[A-Za-z_][A-Za-z0-9_-]{0,62}$' then
    perform edge.complain(format('%L is no name for a resource', name),
      'It stands in paths: up to 63 letters, digits, _ and -, a letter first.');
  elsif name in ('leader', 'lookup') then
    perform edge.complain(format('%L is a reserved name', name),
      'The control API gives it another meaning; choose another.');
  elsif keys = '{}' then
    perform edge.complain('no key was given',
      'Name the column, or the columns, by which an entry is found: key => ''id''.');
  elsif default_limit < 0 or max_limit < 0 or default_limit > max_limit then
    perform edge.complain('limits are whole numbers from 0, and default_limit is at most max_limit',
      'Correct default_limit and max_limit.');
  end if;
  select f into bad from unnest(filters) as f where f = any (reserved) limit 1;
  if found then
    perform edge.complain(format('a filter can not be called %s', bad),
      'The edge has a parameter of that name; rename the column in the view.');
  end if;
  select f into bad from unnest(filters) as f group by f having count(*) > 1 limit 1;
  if found then
    perform edge.complain(format('filters names %s twice', quote_ident(bad)), 'Name each column once.');
  elsif array_position(filters, null) is not null then
    perform edge.complain('filters has a null', 'Name columns: filters => ''{author_id,tags}''.');
  end if;
end $$;

-- The declaration that edges read, but for its revision and the statement that loads it.
create or replace function edge.declare(name text, source regclass, key text, sort text, filters text[],
                                        default_limit int, max_limit int, owner text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  keys constant text[] := array(select p.name from edge.parse_columns(key) as p);
  sorts text[]; descending boolean[];
  columns jsonb := '[]';
  c record;
begin
  perform edge.check_list('key', key), edge.check_list('sort', sort);
  perform edge.check_arguments(name, keys, filters, default_limit, max_limit);
  -- the key ends the order, which is total then
  select array_agg(p.name order by n), array_agg(p.descending order by n) into sorts, descending
    from (select s.name, s.descending, n from edge.parse_columns(sort) with ordinality as s(name, descending, n)
          union all
          select k, false, 1000 + n from unnest(keys) with ordinality as x(k, n)
          where not exists (select from edge.parse_columns(sort) as s where s.name = k)) as p;
  for c in
    select n as name, max(role) as role from (  -- of two roles the stricter: sort, owner, key, filters
      select s as n, case when s = any (keys) then 'key' else 'sort' end as role, i as place
        from unnest(sorts) with ordinality as x(s, i)
      union all select f, 'filters', 2000 + i from unnest(filters) with ordinality as x(f, i)
      union all select owner, 'owner', 9999 where owner is not null) as used
    group by n order by min(place)
  loop
    columns := columns || edge.describe_column(source, c.role, c.name);
  end loop;
  return jsonb_build_object('name', name, 'view', source::text, 'key', keys, 'columns', columns,
    'sort', (
      select jsonb_agg(jsonb_build_object('column', edge.place_of(columns, s), 'descending', d) order by i)
      from unnest(sorts, descending) with ordinality as x(s, d, i)),
    'filters', coalesce((
      select jsonb_agg(jsonb_build_object('name', f, 'column', edge.place_of(columns, f)) order by i)
      from unnest(filters) with ordinality as x(f, i)), '[]'),
    'owner', edge.place_of(columns, owner), 'default_limit', default_limit, 'max_limit', max_limit);
end $$;

-- Where a column stands among those that are delivered.
create or replace function edge.place_of(columns jsonb, column_name text) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select n::int - 1 from jsonb_array_elements(columns) with ordinality as x(c, n) where c->>'name' = column_name
$$;
