-- Links: which columns of which table are journaled, and what they look like there.

-- A table together with all whose statements may change its rows: its partitions
-- and children, and everything above any of them (a child may have several parents),
-- since only the triggers of the table that a statement names fire. A table is of
-- another's family if that one is of its.
create or replace function edge.family(relation regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  select c.oid::regclass
  from unnest(edge.above(edge.below(array[relation::oid]))) as f join pg_catalog.pg_class c on c.oid = f
$$;

-- Tables with everything below them, or above; in plpgsql, since surveys keep its plans.
create or replace function edge.below(tables oid[]) returns oid[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    with recursive walk(oid) as (
      select unnest(tables)
      union select inhrelid from walk join pg_catalog.pg_inherits on inhparent = walk.oid
    ) select oid from walk order by oid);
end $$;

create or replace function edge.above(tables oid[]) returns oid[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    with recursive walk(oid) as (
      select unnest(tables)
      union select inhparent from walk join pg_catalog.pg_inherits on inhrelid = walk.oid
    ) select oid from walk order by oid);
end $$;

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

-- A journal row's value of a column that is no integer: the type's own output form.
-- Everything in it is qualified, since the trigger functions pin no search_path.
create or replace function edge.journal_form(type oid, v text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when edge.base_type(type) in ('text'::regtype, 'varchar'::regtype, 'uuid'::regtype,
                                            'int2'::regtype, 'int4'::regtype, 'int8'::regtype)
    then format('%s::pg_catalog.text collate pg_catalog."C"', v)
    else format('case when %1$s is distinct from null then pg_catalog.format(''%%s'', %1$s) collate pg_catalog."C" end', v)
  end
$$;

-- SELECT of a link's journal rows from a transition table; `verb`: select or select distinct.
--
-- Renamed   A column is looked up in the transition table and, where it is not there
--           any more, in `gone`, one level further out: no statement ever fails
--           because of a name. What is found there says "the whole table"; a row
--           with that very value does so too, which is harmless.
create or replace function edge.link_select(link edge.link, captured regclass, verb text, transition text)
returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  gone constant text := case when link.form = 'integer' then $q$'-8390573861042751966'::pg_catalog.int8$q$
                             else $q$E'\x01gone'::pg_catalog.text$q$ end;
  forms text[]; names text[];
  key text;
begin
  select array_agg(case when link.form = 'integer' then format('%I::pg_catalog.int8', name)
                        else edge.journal_form(a.atttypid, quote_ident(name)) end order by n),
         array_agg('v' || n order by n)
    into forms, names
    from unnest(link.columns) with ordinality as x(name, n)
    join pg_catalog.pg_attribute a on a.attrelid = captured and a.attname = name
                                  and a.attnum > 0 and not a.attisdropped;
  if link.form = 'table' or coalesce(cardinality(forms), 0) < cardinality(link.columns) then  -- a parent without it
    return format('select %s, null::pg_catalog.int8, null::pg_catalog.text where exists (select from %s)',
                  link.id, transition);
  end if;
  key := format('case when %s then null else %s end',
    (select string_agg(format('%s operator(pg_catalog.=) %s', name, gone), ' or ') from unnest(names) as name),
    case when cardinality(names) = 1 and not link.nulls then 'v1'
         else format('array[%s]::pg_catalog.text', array_to_string(names, ', ')) end);
  return format('%s %s, %s from (select %s) as gone, lateral (select %s from %s) as changed%s',
    verb, link.id,
    case when link.form = 'integer' then key || ', null::pg_catalog.text' else 'null::pg_catalog.int8, ' || key end,
    (select string_agg(format('%s as %I', gone, name), ', ') from unnest(link.columns) as name),
    (select string_agg(format('%s as %s', form, name), ', ') from unnest(forms, names) as x(form, name)),
    transition,
    case when not link.nulls then ' where ' || (
      select string_agg(format('%s is not null', name), ' and ') from unnest(names) as name) else '' end);
end $$;
