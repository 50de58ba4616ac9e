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
drop function if exists edge.entry_select(regclass, jsonb);
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

-- The body of edge.changes_<id>_<revision>: journal rows to keys, keys to entries.
-- The entry is read per key by LATERAL, which PostgreSQL moves into an aggregating
-- view; a list of keys it would not. Each key once, also where one way yields it often.
create or replace function edge.changes_code(source regclass, declaration jsonb, instances jsonb, links int[])
returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  types constant oid[] := edge.key_types(source, declaration);
  names constant text[] := array(select format('k%s', n) from generate_series(1, cardinality(types)) as n);
  touched text; of_touched text; match text; entry text;
begin
  select string_agg(format('%s where j.link = %s', s, (i->>'link')),
                    E'\n    union all\n    ')
    into touched
    from jsonb_array_elements(instances) as i, lateral edge.instance_selects(instances, i) as s
    where i ? 'way';
  select string_agg(format('x.%I %s t.k%s%s', name, edge.equality_of(types[n]), n,
                           edge.collate_clause(a.attcollation::text)), ' and ')
    into match
    from jsonb_array_elements_text(declaration->'key') with ordinality as k(name, n)
    join pg_catalog.pg_attribute a on a.attrelid = source and a.attname = k.name;
  of_touched := edge.key_form(types, array(select format('t.%s', n) from unnest(names) as n));
  entry := edge.entry_select(source, declaration, match);
  return format('returns table (kind text, resource text, key text, columns text[], value text) '
    'language plpgsql stable set search_path = pg_catalog, pg_temp as %L', format($code$
#variable_conflict use_column
begin
  return query
  with journal as materialized (
    select distinct j.link, j.key, j.keys from edge.journal_since(after, unseen) j where j.link = any (%1$L::int[])
  ), touched (%2$s) as materialized (
    select distinct * from (
    %3$s
    ) as ways
  )%4$s;
end $code$, links, array_to_string(names, ', '), touched,
    format($read$
  select case when w.value is null then 'D' else 'E' end, %1$L::text, %2$s, w.columns, w.value
  from touched t left join lateral (%3$s) w on true
  where %4$s$read$, declaration->>'name', format('coalesce(w.key, %s)', of_touched), entry,
      (select string_agg(format('t.%s is not null', n), ' and ') from unnest(names) as n))));
end $$;
