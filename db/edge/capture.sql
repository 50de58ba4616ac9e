-- Statement triggers that write what changed to the journal.
--
-- Promise  A transaction of any size rings at most once; a rollback never rings;
--          a statement that touches no row writes nothing.
-- Order    Journal first, bell second: only so is falling asleep safe.
-- Idle     While no consumer's lease is live nothing is journaled; edge.acknowledge
--          sees to it that whoever registers then does not miss it.
-- Writers  Nothing here may fail a user's statement. A column that was renamed or
--          dropped since the publication makes the trigger say "the whole table"
--          instead; publishing again mends it.

-- The one place that decides whether to ring. edge.configure(bell => false) makes
-- it silent. Runs inside the triggers, with their rights and settings.
create or replace function edge.ring() returns void
language plpgsql as $$
begin
  if (select bell from edge.settings) then perform pg_notify('edge', ''); end if;
end $$;

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
  condition := (select string_agg(format('v%s is not null', n), ' and ') from generate_series(1, cardinality(forms)) as n);
  form := (select string_agg(format('%s as v%s', f, n), ', ') from unnest(forms) with ordinality as x(f, n));
  return format('select %s, %s from (%s) as v%s', link.id,
    case when link.form = 'integer' then 'v1, null::text'
         when cardinality(forms) = 1 and not link.nulls then 'null::bigint, v1'
         else format('null::bigint, array[%s]::text', (
           select string_agg('v' || n, ', ') from generate_series(1, cardinality(forms)) as n)) end,
    replace(rows_sql, '%s', form),
    case when link.nulls then '' else ' where ' || condition end);
end $$;

create or replace function edge.record_code(captured regclass) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  links constant edge.link[] := array(
    select l from edge.link l where captured in (select edge.family(l.relation)) order by l.id);
  as_published text; settings text := '';
  of_insert text; of_update text; of_delete text;
begin
  select coalesce(string_agg(format('(pg_identify_object_as_address(1259, tg_relid, %s)).object_names[3] = %L',
                                    a.attnum, a.attname), E'\n     and ' order by a.attnum), 'true'),
         coalesce(max(E'\nset timezone = ''UTC'' set datestyle = ''ISO'' set intervalstyle = ''postgres'''
           || ' set extra_float_digits = 1 set bytea_output = ''hex''')
           filter (where coalesce(edge.kind_of(a.atttypid) not in ('integer', 'text', 'uuid', 'enum', 'boolean'), true)), '')
    into as_published, settings
    from pg_catalog.pg_attribute a
    where a.attrelid = captured and a.attnum > 0 and not a.attisdropped
      and a.attname in (select unnest(l.columns) from unnest(links) as l);
  select string_agg(edge.link_select(l, captured, 'select distinct %s from new_rows r', 'select from new_rows'), E'\n    union all '),
         string_agg(edge.link_select(l, captured, 'select %s from old_rows r union select %s from new_rows r', 'select from new_rows'), E'\n    union all '),
         string_agg(edge.link_select(l, captured, 'select distinct %s from old_rows r', 'select from old_rows'), E'\n    union all ')
    into of_insert, of_update, of_delete
    from unnest(links) as l;
  return format($code$returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp%1$s as $record$
begin
  if coalesce(pg_sequence_last_value('edge.lease'), 0) < extract(epoch from clock_timestamp()) then
    return null;  -- nobody follows: whoever comes next reads everything
  end if;
  if tg_op = 'TRUNCATE' or (%2$s) is not true then
    insert into edge.journal (link) values %3$s;
  elsif tg_op = 'INSERT' then
    insert into edge.journal (link, key, keys)
    %4$s;
  elsif tg_op = 'UPDATE' then
    insert into edge.journal (link, key, keys)
    %5$s;
  else
    insert into edge.journal (link, key, keys)
    %6$s;
  end if;
  if found then perform edge.ring(); end if;
  return null;
end $record$ $code$,
    settings, as_published, (select string_agg(format('(%s)', l.id), ', ') from unnest(links) as l),
    of_insert, of_update, of_delete);
end $$;

-- The triggers that a captured table has while they are as we made them.
create or replace function edge.is_armed(relation regclass) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select count(*) = 4 from pg_catalog.pg_trigger
  where tgrelid = relation and tgname in ('_900_edge_insert', '_900_edge_update', '_900_edge_delete', '_900_edge_truncate')
    and tgenabled = 'A'
$$;

-- Makes functions and triggers fit the links. Takes SHARE ROW EXCLUSIVE on a table
-- only where something changes: it waits for the table's writers, so that no
-- change of theirs can escape a link that edges rely on once this commits.
create or replace function edge.capture() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  table_name regclass;
  code text;
  record_id int;
  op text;
begin
  for table_name in
    select distinct f from edge.link l, edge.family(l.relation) as f order by f
  loop
    code := edge.record_code(table_name);
    if exists (select from edge.captured c where c.relation = table_name and c.digest = md5(code))
       and edge.is_armed(table_name) then
      continue;
    end if;
    insert into edge.captured (relation, digest) values (table_name, md5(code))
      on conflict (relation) do update set digest = excluded.digest
      returning id into record_id;
    execute format('create or replace function edge.record_%s() %s', record_id, code);
    perform edge.own_function(format('edge.record_%s()', record_id));
    foreach op in array array['insert', 'update', 'delete', 'truncate'] loop
      execute format('create or replace trigger _900_edge_%1$s after %1$s on %2$s %3$s '
                  || 'for each statement execute function edge.record_%4$s()', op, table_name,
        case op when 'insert' then 'referencing new table as new_rows'
                when 'update' then 'referencing old table as old_rows new table as new_rows'
                when 'delete' then 'referencing old table as old_rows' else '' end, record_id);
      execute format('alter table %s enable always trigger _900_edge_%s', table_name, op);
    end loop;
  end loop;
  for table_name, record_id in
    select c.relation, c.id from edge.captured c
    where not exists (select from edge.link l where c.relation in (select edge.family(l.relation)))
    order by c.relation
  loop
    perform edge.release_table(table_name);
    execute format('drop function if exists edge.record_%s()', record_id);
    delete from edge.captured c where c.relation = table_name;
  end loop;
end $$;

create or replace function edge.release_table(relation regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  trigger_name name;
begin
  for trigger_name in
    select tgname from pg_catalog.pg_trigger
    where tgrelid = relation and tgname like '\_900\_edge\_%' and not tgisinternal
  loop
    execute format('drop trigger %I on %s', trigger_name, relation);
  end loop;
end $$;

-- What we generate belongs to the owner of the schema, whoever publishes, and is
-- for nobody else to call.
create or replace function edge.own_function(signature text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('revoke all on function %s from public', signature);
  if edge.owner() <> current_user then
    execute format('alter function %s owner to %I', signature, edge.owner());
  end if;
end $$;

create or replace function edge.owner() returns name
language sql stable set search_path = pg_catalog, pg_temp as $$
  select pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'edge'
$$;
