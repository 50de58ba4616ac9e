-- Fingerprints of the catalog under a resource, to notice what fires no trigger.
--
-- shape    What the publication was compiled from, by kind. While it differs from
--          the one kept in edge.resource, changes may have gone unseen, and the
--          resource is read whole from time to time until it is published again.
-- storage  The files that hold the tables' rows, and whether a table or view was altered
--          at all. A rewrite (ALTER TYPE … USING, VACUUM FULL) makes new files; row-level
--          security may have hidden rows for a moment: read whole once.
-- Cost     More than a pull: edges ask for it once a second. What a survey calls is in
--          plpgsql, which keeps its plans from one survey to the next.
-- xmin     of a catalog row tells also what was changed and changed back between
--          two looks, as a trigger that was disabled for a while.

-- What to look at, found once at publication: ids of tables, views, functions and
-- enums, and the columns that compiled code names ([table, column], column 0: all).
create or replace function edge.watched(source regclass, ways jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  blocks constant jsonb := edge.view_blocks(source)->'blocks';
  tables constant oid[] := array(
    select distinct (i->>'relation')::oid from jsonb_array_elements(ways) as i order by 1);
  views constant oid[] := array(
    select c.oid from pg_catalog.pg_class c
    where c.relkind = 'v' and (c.oid = source or c.oid in (select d.relation from edge.dependencies(source) as d))
    order by 1);
  -- a whole row in an expression follows every change of its table's columns
  whole_rows constant boolean := jsonb_path_exists(blocks,
    'strict $.** ? (@.type() == "object" && @.node == "VAR" && @.varattno == "0")');
begin
  return jsonb_build_object(
    'tables', tables, 'views', views,
    'functions', array(
      select p.oid from edge.called_functions(blocks) as f join pg_catalog.pg_proc p on p.oid = f
      where p.pronamespace <> 'pg_catalog'::regnamespace order by 1),
    'enums', array(
      select distinct edge.base_type(coalesce(edge.element_type(a.atttypid), a.atttypid)) as of_type
      from pg_catalog.pg_attribute a
      where a.attrelid = any (tables || views) and a.attnum > 0 and not a.attisdropped
        and edge.kind_of(coalesce(edge.element_type(a.atttypid), a.atttypid)) = 'enum' order by 1),
    'columns', (
      select jsonb_agg(distinct c) from (
        select jsonb_build_array(source::oid::bigint, 0) as c
        union all select jsonb_build_array(t::bigint, 0) from unnest(tables) as t where whole_rows
        union all
        select jsonb_build_array((i->>'relation')::bigint, (number #>> '{}')::int)
        from jsonb_array_elements(ways) as i, lateral jsonb_array_elements(i->'columns') as number
        union all
        select jsonb_build_array((p->>'relation')::bigint, (condition->>'parent_column')::int)
        from jsonb_array_elements(ways) as i, lateral jsonb_array_elements(i->'way') as branch,
          lateral jsonb_array_elements(branch->'conditions') as condition,
          lateral (select p from jsonb_array_elements(ways) as p where p->>'id' = branch->>'parent') as x(p)
      ) as named));
end $$;

-- All tables whose rows or triggers matter: the watched ones with their families.
create or replace function edge.watched_tables(watched jsonb) returns oid[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return edge.above(edge.below(array(select t::oid from jsonb_array_elements_text(watched->'tables') as t)));
end $$;

create or replace function edge.storage(watched jsonb, tables oid[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select md5(string_agg(concat_ws(' ', oid, relfilenode, xmin), ',' order by oid)) from pg_catalog.pg_class
          where oid = any (tables) or oid in (select v::oid from jsonb_array_elements_text(watched->'views') as v));
end $$;

create or replace function edge.shape(watched jsonb, tables oid[]) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  views constant oid[] := array(select v::oid from jsonb_array_elements_text(watched->'views') as v);
begin
  return jsonb_build_object(
    'a table or view was renamed, dropped, moved, or its options or row-level security were changed', (
      select md5(string_agg(concat_ws(' ', oid, relnamespace, relname, relkind, relpersistence, relrowsecurity,
                                      relforcerowsecurity, case when relkind = 'v' then reloptions end), ',' order by oid))
      from pg_catalog.pg_class
      where oid = any (views) or oid in (select t::oid from jsonb_array_elements_text(watched->'tables') as t)),
    'partitions or children were attached or detached', (
      select md5(string_agg(concat_ws(' ', inhrelid, inhparent, i.xmin), ',' order by inhrelid, inhparent))
      from pg_catalog.pg_inherits i where inhparent = any (tables)),
    'triggers of ours are missing or were disabled', (
      select md5(string_agg(concat_ws(' ', t, g.oid, g.tgenabled, g.tgfoid, g.xmin), ',' order by t, g.oid))
      from unnest(tables) as t
      left join pg_catalog.pg_trigger g on g.tgrelid = t and g.tgname like '\_900\_edge\_%' and not g.tgisinternal),
    'a view was replaced', (
      select md5(string_agg(concat_ws(' ', r.oid, r.xmin), ',' order by r.oid))
      from pg_catalog.pg_rewrite r where r.ev_class = any (views)),
    'columns were renamed, added or dropped', (
      select md5(string_agg(concat_ws(' ', a.attrelid, a.attnum, a.attname, a.atttypid, a.attisdropped), ','
                            order by a.attrelid, a.attnum))
      from jsonb_array_elements(watched->'columns') as c
      join pg_catalog.pg_attribute a on a.attrelid = (c->>0)::oid and a.attnum > 0
                                    and (c->>1 = '0' or a.attnum = (c->>1)::int)),
    'a function was replaced', (
      select md5(string_agg(concat_ws(' ', p.oid, p.xmin), ',' order by p.oid))
      from pg_catalog.pg_proc p where p.oid in (select f::oid from jsonb_array_elements_text(watched->'functions') as f)),
    'an enum''s values were changed', (
      select md5(string_agg(concat_ws(' ', enumtypid, enumsortorder, enumlabel), ',' order by enumtypid, enumsortorder))
      from pg_catalog.pg_enum where enumtypid in (select e::oid from jsonb_array_elements_text(watched->'enums') as e)));
end $$;

-- In words, what distinguishes two shapes; null where nothing does.
create or replace function edge.shape_difference(published jsonb, now jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if published = now then return null; end if;
  return (select string_agg(key, '; ' order by key) from jsonb_each(now) as n
          where published->key is distinct from n.value);
end $$;

-- Why a resource cannot be read at all; null where it can.
create or replace function edge.broken_reason(source regclass, declaration jsonb) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when not exists (select from pg_catalog.pg_class where oid = source) then
      format('%s is gone', declaration->>'view')
    when to_regclass(declaration->>'view') is distinct from source then
      format('%s is called %s now', declaration->>'view', source) end;
end $$;
