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

-- The trigger function's text from its RETURNS on.
create or replace function edge.record_code(captured regclass) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  links constant edge.link[] := array(
    select l from edge.link l where captured in (select edge.family(l.relation)) order by l.id);
  also constant text := E'\n    union all ';
  as_published text; settings text := '';
  of_insert text; of_update text; of_delete text;
begin
  select coalesce(string_agg(format('(pg_identify_object_as_address(1259, tg_relid, %s)).object_names[3] = %L',
                                    a.attnum, a.attname), E'\n     and ' order by a.attnum), 'true'),
         coalesce(max(E'\nset timezone = ''UTC'' set datestyle = ''ISO'' set intervalstyle = ''postgres'''
           || ' set extra_float_digits = 1 set bytea_output = ''hex''')
           filter (where coalesce(edge.kind_of(a.atttypid) <> all ('{integer,text,uuid,enum,boolean}'), true)), '')
    into as_published, settings
    from pg_catalog.pg_attribute a
    where a.attrelid = captured and a.attnum > 0 and not a.attisdropped
      and a.attname in (select unnest(l.columns) from unnest(links) as l);
  select string_agg(edge.link_select(l, captured, 'select distinct %s from new_rows r', 'select from new_rows'), also),
         string_agg(edge.link_select(l, captured, 'select %s from old_rows r union select %s from new_rows r',
                                     'select from new_rows'), also),
         string_agg(edge.link_select(l, captured, 'select distinct %s from old_rows r', 'select from old_rows'), also)
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
  where tgrelid = relation and tgenabled = 'A'
    and tgname = any ('{_900_edge_insert,_900_edge_update,_900_edge_delete,_900_edge_truncate}')
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
