-- edge.explain: per table of the view its way to the key, or why there is none. Of an input: what it is.

-- The indexes by which the planner can find these rows, as it says itself; null where
-- it must scan a table, or a whole index. Partitions and children each have their own.
create or replace function edge.indexes_for(relation regclass, hop_sql text) returns text
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  plan jsonb;
  names text[]; carried boolean;
begin
  execute 'explain (format json) select from ' || hop_sql into plan;
  select array_agg(distinct node->>'Index Name'),
         bool_and(node->>'Node Type' <> 'Seq Scan' and edge.is_led(relation, node->>'Index Name', node->>'Index Cond'))
    into names, carried
    from jsonb_path_query(plan, 'strict $.** ? (@.type() == "object" && (@."Node Type" == "Seq Scan" || exists(@."Index Name")))') as node;
  return case when carried is null then 'no rows' when carried then array_to_string(names, ', ') end;
end $$;

-- Whether a condition finds its place in an index; in a B-tree that is only by the first column.
create or replace function edge.is_led(relation regclass, index_name text, condition text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(bool_and(m.amname <> 'btree' or strpos(condition, pg_get_indexdef(i.indexrelid, 1, true)) > 0), false)
  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am m on m.oid = c.relam
  where c.relname = index_name and i.indrelid = any (edge.below(array[relation::oid]))
$$;

-- Every step from a table to the next: which table it looks into, by which columns.
create or replace function edge.hops(ways jsonb)
returns table (instance int, hop text, indexes text)
language sql set search_path = pg_catalog, pg_temp as $$
  select (i->>'id')::int,
    format('%s (%s)', (parent->>'relation')::oid::regclass, (
      select string_agg(case when c->>'parent_form' = '%s' then quote_ident(pc.name)
                             else format('(%s)', replace(c->>'parent_form', '%s', quote_ident(pc.name))) end, ', ')
      from jsonb_array_elements(branch->'conditions') as c,
        lateral edge.column_of((parent->>'relation')::oid, (c->>'parent_column')::int) as pc)),
    edge.indexes_for((parent->>'relation')::oid, edge.hop_sql(parent, branch, (
      select jsonb_object_agg(number, format('coalesce((select null::%s))', c.typed))  -- a value known only later
      from jsonb_array_elements_text(i->'columns') as number,
        lateral edge.column_of((i->>'relation')::oid, number::int) as c)))
  from jsonb_array_elements(ways) as i,
    lateral jsonb_array_elements(i->'way') as branch,
    lateral (select p from jsonb_array_elements(ways) as p where p->>'id' = branch->>'parent') as x(parent)
  where not edge.is_same_value(parent, branch)
$$;

create or replace function edge.way_text(ways jsonb, id int) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(case when branch->>'parent' is null then 'key'
      else format('%s -> %s', (
          select string_agg(format('%s.%s', parent->>'alias', quote_ident(c.name)), ', ')
          from jsonb_array_elements(branch->'conditions') as cond,
            lateral edge.column_of((parent->>'relation')::oid, (cond->>'parent_column')::int) as c),
        edge.way_text(ways, (parent->>'id')::int)) end, ' | ')
  from jsonb_array_elements(ways) as i
  cross join lateral jsonb_array_elements(i->'way') as branch
  left join lateral (
    select p from jsonb_array_elements(ways) as p where p->>'id' = branch->>'parent') as x(parent) on true
  where (i->>'id')::int = way_text.id
$$;

create or replace function edge.explain(name text)
returns table ("table" text, alias text, journaled text, way text, sql text, indexes text)
language plpgsql set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  ways jsonb;
  input jsonb;
begin
  select r.ways, r.declaration->'input' into ways, input from edge.resource r where r.name = explain.name;
  if not found then
    raise exception 'there is no resource %', name using errcode = 'undefined_object',
      hint = 'SELECT name FROM edge.resource;';
  elsif input is not null then
    return query select null::text, null::text, 'nothing',
      format('an input: no table is under it; PATCH /v1/inputs/%s writes it, and an entry that is not written again '
             'is gone after %s s', name, input->>'ttl_s'), null::text, null::text;
    return;
  end if;
  return query
  select ((i->>'relation')::oid::regclass)::text, i->>'alias',
    case when i ? 'way' then (
      select string_agg(quote_ident(c.name), ', ') from jsonb_array_elements_text(i->'columns') as n,
        lateral edge.column_of((i->>'relation')::oid, n::int) as c) else 'that it changed' end,
    coalesce(edge.way_text(ways, (i->>'id')::int), 're-reads the whole resource: ' || (i->>'reason')),
    (select string_agg(s, E'\nunion\n') from edge.instance_selects(ways, i) as s where i ? 'way'),
    (select string_agg(format('%s: %s', h.hop, coalesce(h.indexes, 'NO INDEX, scans the table')), '; ')
     from edge.hops(ways) as h where h.instance = (i->>'id')::int)
  from jsonb_array_elements(ways) as i;
end $$;
