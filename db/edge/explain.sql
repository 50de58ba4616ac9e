-- edge.explain: per table of the view its way to the key, or why there is none.

-- The index that finds rows of a table by these columns, if there is one. Partial
-- indexes are not counted: they carry only some of the rows.
create or replace function edge.index_on(relation regclass, columns int[]) returns regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  select i.indexrelid::regclass
  from pg_catalog.pg_index i
  where i.indrelid = relation and i.indisvalid and i.indpred is null and i.indkey[0]::int = any (columns)
  order by i.indisunique desc, i.indexrelid
  limit 1
$$;

-- Every step from a table to the next: which table it looks into, by which columns.
create or replace function edge.hops(ways jsonb)
returns table (instance int, hop text, index regclass)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select (i->>'id')::int,
    format('%s (%s)', relation, (
      select string_agg(quote_ident(c.name), ', ')
      from unnest(columns) as n, lateral edge.column_of(relation, n) as c)),
    edge.index_on(relation, columns)
  from jsonb_array_elements(ways) as i,
    lateral jsonb_array_elements(i->'way') as branch,
    lateral (select p from jsonb_array_elements(ways) as p where p->>'id' = branch->>'parent') as x(parent),
    lateral (select (parent->>'relation')::oid::regclass, array(
               select (c->>'parent_column')::int
               from jsonb_array_elements(branch->'conditions') as c)) as y(relation, columns)
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
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  ways jsonb;
begin
  select r.ways into ways from edge.resource r where r.name = explain.name;
  if not found then
    raise exception 'there is no resource %', name using errcode = 'undefined_object',
      hint = 'SELECT name FROM edge.resource;';
  end if;
  return query
  select ((i->>'relation')::oid::regclass)::text, i->>'alias',
    case when i ? 'way' then (
      select string_agg(quote_ident(c.name), ', ') from jsonb_array_elements_text(i->'columns') as n,
        lateral edge.column_of((i->>'relation')::oid, n::int) as c) else 'that it changed' end,
    coalesce(edge.way_text(ways, (i->>'id')::int), 're-reads the whole resource: ' || (i->>'reason')),
    (select string_agg(s, E'\nunion\n') from edge.instance_selects(ways, i) as s where i ? 'way'),
    (select string_agg(format('%s: %s', h.hop, coalesce(h.index::text, 'NO INDEX, scans the table')), '; ')
     from edge.hops(ways) as h where h.instance = (i->>'id')::int)
  from jsonb_array_elements(ways) as i;
end $$;
