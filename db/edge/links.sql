-- Links: which columns of which table are journaled, and what they look like there.

-- A table together with all whose statements may change its rows: its partitions
-- and children, and everything above it, since only the triggers of the table that
-- a statement names fire.
create or replace function edge.family(relation regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  select c.oid::regclass
  from (select edge.below(relation) union select edge.above(relation)) as f(oid) join pg_catalog.pg_class c using (oid)
$$;

create or replace function edge.below(relation regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive walk(oid) as (
    select relation::oid
    union select inhrelid from walk join pg_catalog.pg_inherits on inhparent = walk.oid
  )
  select oid::regclass from walk
$$;

create or replace function edge.above(relation regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive walk(oid) as (
    select relation::oid
    union select inhparent from walk join pg_catalog.pg_inherits on inhrelid = walk.oid
  )
  select oid::regclass from walk
$$;

create or replace function edge.link_of(instance jsonb) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_table constant regclass := (instance->>'relation')::oid::regclass;
  of_columns constant name[] := coalesce((
    select array_agg(c.name order by n)
    from jsonb_array_elements_text(instance->'columns') with ordinality as x(number, n),
      lateral edge.column_of(of_table, number::int) as c), '{}');
  of_nulls constant boolean := coalesce((instance->>'nulls')::boolean, false);
  found_id int;
begin
  insert into edge.link (relation, columns, nulls, form)
  select of_table, of_columns, of_nulls, case
    when of_columns = '{}' then 'table'
    when cardinality(of_columns) = 1 and not of_nulls
         and (select c.is_integer from edge.column_of(of_table, (instance->'columns'->>0)::int) as c) then 'integer'
    else 'text' end
  on conflict do nothing;
  select id into found_id from edge.link
    where relation = of_table and columns = of_columns and nulls = of_nulls;
  return found_id;
end $$;

-- SELECT of a link's journal rows. `rows`: SQL that yields the column list %s of
-- the changed rows, each distinct value once.
create or replace function edge.link_select(link edge.link, captured regclass, rows_sql text, any_row text)
returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  forms text[];
  form text;
  condition text;
begin
  if link.form = 'table' then
    return format('select %s, null::bigint, null::text where exists (%s)', link.id, any_row);
  end if;
  select array_agg(case when link.form = 'integer' then format('r.%I::bigint', name)
                        else edge.journal_form(a.atttypid, format('r.%I', name)) end order by n)
    into forms
    from unnest(link.columns) with ordinality as x(name, n)
    join pg_catalog.pg_attribute a on a.attrelid = captured and a.attname = name
                                  and a.attnum > 0 and not a.attisdropped;
  if coalesce(cardinality(forms), 0) < cardinality(link.columns) then  -- a parent without this column
    return format('select %s, null::bigint, null::text where exists (%s)', link.id, any_row);
  end if;
  select string_agg(format('%s as v%s', f, n), ', '), string_agg(format('v%s is not null', n), ' and ')
    into form, condition
    from unnest(forms) with ordinality as x(f, n);
  return format('select %s, %s from (%s) as v%s', link.id,
    case when link.form = 'integer' then 'v1, null::text'
         when cardinality(forms) = 1 and not link.nulls then 'null::bigint, v1'
         else format('null::bigint, array[%s]::text', (
           select string_agg('v' || n, ', ') from generate_series(1, cardinality(forms)) as n)) end,
    replace(rows_sql, '%s', form),
    case when link.nulls then '' else ' where ' || condition end);
end $$;
