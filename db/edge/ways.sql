-- SQL text of the way from a journal row to keys.

-- A table column as SQL knows it. Its type has no length here: values are cast to it
-- only on their way back, and a length that was altered meanwhile would cut them.
create or replace function edge.column_of(relation oid, number int)
returns table (name name, type oid, typed text, is_integer boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select attname, edge.base_type(atttypid),
    format_type(edge.base_type(atttypid), -1),  -- of null, bpchar would be "character": one
    edge.base_type(atttypid) in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
  from pg_catalog.pg_attribute where attrelid = relation and attnum = number
$$;

create or replace function edge.collate_clause(collation_oid text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((
    select format(' collate %I.%I', n.nspname, c.collname)
    from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
    where c.oid = collation_oid::oid), '')
$$;

-- One condition of a way, between the parent's column and the table's own value.
create or replace function edge.condition_sql(c jsonb, parent text, own text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format(case when (c->>'null_safe')::boolean then '(%1$s or (%2$s is null and %3$s is null))' else '%1$s' end,
    format('%s%s %s %s', a, case c->>'collates' when 'left' then clause end, c->>'operator',
      format(case when (c->>'any')::boolean then 'any (%s%s)' else '%s%s' end,
             b, case c->>'collates' when 'right' then clause end)), a, b)
  from edge.collate_clause(c->>'collation') as clause,
    lateral (select case when flipped then own else parent end, case when flipped then parent else own end
             from (select (c->>'flipped')::boolean) as x(flipped)) as operands(a, b)
$$;

-- The values of a journal row `j` of a link, by column number.
create or replace function edge.journal_values(instance jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_object_agg(number, case
      when jsonb_array_length(instance->'columns') = 1 and c.is_integer and not (instance->>'nulls')::boolean
        then format('j.key::%s', c.typed)
      when jsonb_array_length(instance->'columns') = 1 and not (instance->>'nulls')::boolean
        then format('j.keys::%s', c.typed)
      else format('((j.keys::text[])[%s])::%s', n, c.typed) end)
  from jsonb_array_elements_text(instance->'columns') with ordinality as x(number, n),
    lateral edge.column_of((instance->>'relation')::oid, number::int) as c
$$;

-- The rows `p` of a branch's parent that a row leads to. `known`: SQL for the row's columns by number.
create or replace function edge.hop_sql(parent jsonb, branch jsonb, known jsonb) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('%s%s p where %s', case when (parent->>'inherit')::boolean then '' else 'only ' end,
    (parent->>'relation')::oid::regclass, string_agg(edge.condition_sql(c,
      replace(c->>'parent_form', '%s', format('p.%I', pc.name)),
      replace(c->>'form', '%s', known->>(c->>'column'))), ' and '))
  from jsonb_array_elements(branch->'conditions') as c,
    lateral edge.column_of((parent->>'relation')::oid, (c->>'parent_column')::int) as pc
$$;

-- SELECTs of the keys that the value of an instance leads to, one per combination
-- of branches. `known` has SQL for the instance's columns by number. Each hop is a
-- LATERAL of its own behind OFFSET 0, so that it runs once per value, by index,
-- whatever the planner thinks of the journal's size. Keys of several SELECTs meet in
-- one UNION, so texts get one collation.
create or replace function edge.way_selects(instances jsonb, id int, known jsonb, hops text, depth int)
returns setof text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  instance constant jsonb := (select i from jsonb_array_elements(instances) as i where (i->>'id')::int = id);
  branch jsonb; parent jsonb;
  needed text;
  alias constant text := 'hop' || depth;
begin
  for branch in select value from jsonb_array_elements(instance->'way') loop
    if branch->>'parent' is null then
      return next format('select %s from journal j%s', (
        select string_agg(format('%s%s as k%s', replace(c->>'form', '%s', known->>(c->>'column')),
            case when (c->>'collated')::boolean then ' collate "C"' end, n), ', ' order by n)
        from jsonb_array_elements(branch->'conditions') with ordinality as x(c, n)), hops);
      continue;
    end if;
    parent := (select i from jsonb_array_elements(instances) as i where i->>'id' = branch->>'parent');
    if edge.is_same_value(parent, branch) then  -- posts.id = post_tags.post_id: no need to look at posts
      return query select * from edge.way_selects(instances, (parent->>'id')::int,
        jsonb_build_object(parent->'columns'->>0, known->>(branch->'conditions'->0->>'column')), hops, depth);
      continue;
    end if;
    return query select * from edge.way_selects(instances, (parent->>'id')::int, (
        select jsonb_object_agg(number, format('%s.c%s', alias, number))
        from jsonb_array_elements_text(parent->'columns') as number),
      hops || format(', lateral (select %s from %s offset 0) %s', (
        select string_agg(format('p.%I::%s as c%s', c.name, c.typed, number), ', ')
        from jsonb_array_elements_text(parent->'columns') as number,
          lateral edge.column_of((parent->>'relation')::oid, number::int) as c),
        edge.hop_sql(parent, branch, known), alias), depth + 1);
  end loop;
end $$;

-- Whether the parent's linking column is an integer that equals the value itself.
create or replace function edge.is_same_value(parent jsonb, branch jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select parent->'columns' = jsonb_build_array(c->'parent_column')
     and jsonb_array_length(branch->'conditions') = 1
     and (c->>'equal')::boolean and c->>'form' = '%s' and c->>'parent_form' = '%s'
     and c->>'operator' = 'operator(pg_catalog.=)' and not (c->>'null_safe')::boolean
     and p.is_integer
  from (select branch->'conditions'->0) as x(c),
    lateral edge.column_of((parent->>'relation')::oid, (c->>'parent_column')::int) as p
$$;

create or replace function edge.instance_selects(instances jsonb, instance jsonb) returns setof text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select * from edge.way_selects(instances, (instance->>'id')::int, edge.journal_values(instance), '', 1)
$$;
