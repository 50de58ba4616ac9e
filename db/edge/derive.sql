-- The way from each table under a view to the view's key.
--
-- Promise   An entry changes only if a row changed that some way finds, or one of
--           a table without a way (whose every change re-reads the whole resource).
--           docs/decisions/0010 has the rule, its proof and its limits.
--
-- Result: the instances of edge.view_blocks, each with
--   "way"     [{"parent": instance or null, "conditions": [...]}], one alternative
--             per branch of a union; a null parent means the key itself
--   "columns" the numbers of the columns in those conditions: what must be journaled
--   "nulls"   whether null values of them lead anywhere
--   "paths"   how many different ways to the key that makes, by the unions passed
--   "reason"  instead of a way: why there is none

create or replace function edge.derive(source regclass, key_columns smallint[]) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  graph constant jsonb := edge.view_blocks(source);
  blocks constant jsonb := graph->'blocks';
  ways jsonb := edge.key_ways(blocks, key_columns);
  edges jsonb[];
  step jsonb;
begin
  if not edge.is_text_exact(source, key_columns) then
    return (
      select jsonb_agg(i || '{"reason": "equal keys of its type may differ in text, as 1.0 and 1.00"}')
      from jsonb_array_elements(graph->'instances') as i where i->>'ghost' = 'false');
  end if;
  edges := array(select e from edge.edges(blocks, coalesce((
    select jsonb_agg(p) from jsonb_each(ways) as w, jsonb_array_elements(w.value->'path') as p), '[]')) as e);
  loop  -- equalities first: others are sound too, only slower
    step := coalesce(edge.next_ways(edges, ways, true), edge.next_ways(edges, ways, false));
    exit when step is null;
    ways := ways || step;
  end loop;
  return (
    select jsonb_agg(i || coalesce(ways->(i->>'id'),
        jsonb_build_object('reason', edge.no_way(blocks, i, key_columns, edges, ways))) order by (i->>'id')::int)
    from jsonb_array_elements(graph->'instances') as i
    where i->>'ghost' = 'false' or edge.is_needed((i->>'id')::int, graph->'instances', ways));
end $$;

-- The roots: instances that hold all columns of the key, one per branch.
create or replace function edge.key_ways(blocks jsonb, key_columns smallint[]) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(instance, way), '{}')
  from (
    select o->>'instance' as instance, jsonb_build_object(
      'way', jsonb_build_array(jsonb_build_object('parent', null, 'conditions',
        jsonb_agg(jsonb_build_object('column', o->'column', 'form', o->'form', 'collated', a.attcollation <> 0)
                  order by k.n))),
      'columns', jsonb_agg(distinct o->'column'), 'nulls', false, 'paths', 1,
      'path', jsonb_path_query_array(jsonb_agg(o->'path'), '$[*][*]')) as way
    from unnest(key_columns) with ordinality as k(resno, n)
      join pg_catalog.pg_attribute a on a.attrelid = (blocks->0->>'view')::oid and a.attnum = k.resno,
      lateral jsonb_array_elements(edge.output_origin(blocks, 0, k.resno, true)) as o
    group by o->>'instance'
    having count(distinct k.n) = cardinality(key_columns)
  ) as roots
$$;

-- How many ways to the key an edge continues; null if one of its parents has none.
create or replace function edge.paths_of(edge jsonb, ways jsonb) returns bigint
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when bool_and(ways ? (f->>'instance')) then sum((ways->(f->>'instance')->>'paths')::int) end
  from jsonb_array_elements(edge->'from') as f
$$;

-- Each way is a SELECT of its own, and every pull starts them all.
create or replace function edge.max_paths() returns int
language sql immutable set search_path = pg_catalog, pg_temp as 'select 128';

-- Ways for the instances that the ones already reached lead to.
create or replace function edge.next_ways(edges jsonb[], ways jsonb, equal boolean) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  with usable as (
    select e, e->>'to' as instance, paths, (
        select string_agg(f->>'instance', ',' order by n)
        from jsonb_array_elements(e->'from') with ordinality as x(f, n)) as parents
    from unnest(edges) as e, lateral edge.paths_of(e, ways) as paths
    where (e->>'equal')::boolean = equal and not ways ? (e->>'to') and paths <= edge.max_paths()
  ), grouped as (
    select instance, parents, min(paths) as paths, jsonb_agg(e) as conditions, bool_or((e->>'null_safe')::boolean) as nulls
    from usable group by instance, parents
  ), best as (
    select distinct on (instance) * from grouped
    order by instance, nulls, jsonb_array_length(conditions) desc, parents
  )
  select jsonb_object_agg(instance, jsonb_build_object(
    'way', (
      select jsonb_agg(jsonb_build_object('parent', parent::int, 'conditions', (
          select jsonb_agg(c - 'from' - 'to' || jsonb_build_object(
            'parent_column', c->'from'->(branch::int - 1)->'column',
            'parent_form', c->'from'->(branch::int - 1)->'form'))
          from jsonb_array_elements(conditions) as c)) order by branch)
      from unnest(string_to_array(parents, ',')) with ordinality as b(parent, branch)),
    'columns', (select jsonb_agg(distinct c->'column') from jsonb_array_elements(conditions) as c),
    'nulls', nulls, 'paths', paths))
  from best
$$;

-- Whether a ghost instance is on the way of a real one.
create or replace function edge.is_needed(ghost int, instances jsonb, ways jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive above(id) as (
    select (i->>'id')::int from jsonb_array_elements(instances) as i where i->>'ghost' = 'false'
    union
    select (a->>'parent')::int from above, jsonb_array_elements(ways->above.id::text->'way') as a
    where a->>'parent' is not null
  )
  select ghost in (select id from above)
$$;

-- In words for a NOTICE and for edge.explain.
create or replace function edge.no_way(blocks jsonb, instance jsonb, key_columns smallint[], edges jsonb[], ways jsonb)
returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  block jsonb := blocks->((instance->>'block')::int);
  wall text;
  resno smallint;
begin
  if ways = '{}' then
    foreach resno in array key_columns loop
      wall := edge.barrier(blocks->0, resno);
      if wall not in ('window') then return format('the key is not traced into the view because of %s', wall); end if;
    end loop;
    return 'the key is not made of plain columns of one table';
  end if;
  if exists (select from unnest(edges) as e where e->>'to' = instance->>'id' and edge.paths_of(e, ways) > edge.max_paths()) then
    return format('more than %s different ways lead from it to the key, by the branches of unions', edge.max_paths());
  end if;
  if block->>'use' = 'sublink' and block->>'type' = '2' and block->>'in_filter' = 'false' then
    return 'it is read by NOT IN, or by IN outside of a filter, where one null changes every entry';
  end if;
  wall := edge.barrier(block, 0);
  if block->>'use' in ('derived', 'branch') and wall is not null and wall <> 'window' then
    return format('conditions of the outer query do not reach it because of %s', wall);
  end if;
  return 'no condition `column = column` leads to it from the key';
end $$;
