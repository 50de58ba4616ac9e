-- The SQL that a resource is compiled to.

-- The changed rows of the journal: those that became visible since a snapshot with
-- `after` = its xmax and `unseen` = its xip. By index whatever the statistics say,
-- so that a long journal behind an old transaction costs nothing.
create or replace function edge.journal_since(after xid8, unseen xid8[])
returns table (link int, key bigint, keys text)
language plpgsql stable rows 10 set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  return query
  select j.link, j.key, j.keys from edge.journal j where j.xid >= after
  union all
  select j.link, j.key, j.keys from edge.journal j where j.xid = any (unseen);
end $$;

-- Entries of the rows of the source for which a condition on `x` holds. The rows are
-- read behind OFFSET 0: flattened, a sub-query that makes a column would run once for
-- each mention of that column.
create or replace function edge.entry_select(source regclass, declaration jsonb, condition text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('select %s as key, %s as columns, to_json(x.*)::text as value from (select * from %s x where %s offset 0) x',
    edge.row_key(source, declaration), coalesce((
      select format('array[%s]', string_agg(edge.column_form(c->>'kind', (c->>'array')::boolean,
        format('x.%I', c->>'name')), ', ' order by n))
      from jsonb_array_elements(declaration->'columns') with ordinality as y(c, n)
      having count(*) > 0), '''{}''::text[]'), declaration->>'view', condition)
$$;

create or replace function edge.key_types(source regclass, declaration jsonb) returns oid[]
language sql stable set search_path = pg_catalog, pg_temp as $$
  select array_agg(a.atttypid order by n)
  from jsonb_array_elements_text(declaration->'key') with ordinality as k(name, n)
  join pg_catalog.pg_attribute a on a.attrelid = source and a.attname = k.name
$$;

create or replace function edge.row_key(source regclass, declaration jsonb) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select edge.key_form(edge.key_types(source, declaration), array_agg(format('x.%I', name) order by n))
  from jsonb_array_elements_text(declaration->'key') with ordinality as k(name, n)
$$;

create or replace function edge.load_sql(source regclass, declaration jsonb) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select edge.entry_select(source, declaration, (
    select string_agg(format('x.%I is not null', name), ' and ')
    from jsonb_array_elements_text(declaration->'key') as name))
$$;

-- SQL of the keys that journal rows lead to, by the ways of some instances.
create or replace function edge.touched_sql(ways jsonb, direct boolean) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(format('%s where j.link = %s', s, i->>'link'), E'\n    union all\n    ')
  from jsonb_array_elements(ways) as i, lateral edge.instance_selects(ways, i) as s
  where i ? 'way' and (not direct or edge.is_direct(ways, i))
$$;

-- Whether an instance's values are keys themselves: no table is looked into on the way.
create or replace function edge.is_direct(ways jsonb, instance jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select bool_and(s not like '%lateral (select%') from edge.instance_selects(ways, instance) as s
$$;

-- The body of edge.changes_<id>_<revision>: journal rows to keys, keys to entries.
-- The entry is read per key by LATERAL, which PostgreSQL moves into an aggregating
-- view; a list of keys it would not. Where only links were touched whose values are
-- keys, the ways over other tables are left out: to start them costs more than to
-- read an entry.
create or replace function edge.changes_code(source regclass, declaration jsonb, instances jsonb, links int[])
returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  types constant oid[] := edge.key_types(source, declaration);
  names constant text[] := array(select format('k%s', n) from generate_series(1, cardinality(types)) as n);
  indirect constant int[] := array(
    select distinct (i->>'link')::int from jsonb_array_elements(instances) as i
    where i ? 'way' and not edge.is_direct(instances, i) order by 1);
  every_way constant text := edge.touched_sql(instances, false);
  direct_ways constant text := edge.touched_sql(instances, true);
  of_touched text; match text; entry text; read text;
begin
  select string_agg(format('x.%I %s t.k%s%s', name, edge.equality_of(types[n]), n,
                           edge.collate_clause(a.attcollation::text)), ' and ')
    into match
    from jsonb_array_elements_text(declaration->'key') with ordinality as k(name, n)
    join pg_catalog.pg_attribute a on a.attrelid = source and a.attname = k.name;
  of_touched := edge.key_form(types, array(select format('t.%s', n) from unnest(names) as n));
  entry := edge.entry_select(source, declaration, match);
  read := format($read$
    return query
    with journal as materialized (
      select j.link, j.key, j.keys from unnest($1, $2, $3) as j(link, key, keys) where j.link = any (%1$L::int[])
    ), touched (%2$s) as materialized (
      select distinct * from (
      %%s
      ) as ways
    )
    select case when w.value is null then 'D' else 'E' end, %3$L::text, %4$s, w.columns, w.value
    from touched t left join lateral (%5$s) w on true
    where %6$s;$read$, links, array_to_string(names, ', '), declaration->>'name',
    replace(format('coalesce(w.key, %s)', of_touched), '%', '%%'), replace(entry, '%', '%%'),
    (select string_agg(format('t.%s is not null', n), ' and ') from unnest(names) as n));
  return format('returns table (kind text, resource text, key text, columns text[], value text) '
    'language plpgsql stable set search_path = pg_catalog, pg_temp as %L', case
      when direct_ways is null or indirect = '{}' then
        format(E'\n#variable_conflict use_column\nbegin%s\nend ', format(read, every_way))
      else
        format(E'\n#variable_conflict use_column\nbegin\n  if $1 && %L::int[] then%s\n  else%s\n  end if;\nend ', indirect,
          format(read, every_way), format(read, direct_ways)) end);
end $$;
