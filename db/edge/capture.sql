-- Statement triggers that write what changed to the journal.
--
-- Promise  A transaction of any size rings at most once; a rollback never rings;
--          a statement that touches no row writes nothing.
-- Order    Lease, then journal, then flag: only so are registering and falling
--          asleep safe (tests/models).
-- Idle     While no consumer's lease is live nothing is journaled; edge.acknowledge
--          sees to it that whoever registers then does not miss it.
-- Writers  Nothing here may fail a user's statement. A column that was renamed or
--          dropped since the publication makes the trigger say "the whole table"
--          instead; publishing again mends it.
-- Cost     It is every writer's path. A SET clause costs as much as the insert, so
--          there is none, and every name, operator and type is qualified instead.

-- Rings. Called for a sleeper only: a NOTIFY in every commit would cap all writers of the
-- database together. Where edge.configure(bell => false) forbids it, nobody sleeps.
create or replace function edge.ring() returns void
language plpgsql as $$
begin
  perform pg_catalog.pg_notify('edge', '');
end $$;

-- SQL that tells whether the lease in one of our sequences is live. The clock is read
-- first: a lease that was over by then is over, whatever becomes of this process.
create or replace function edge.live_sql(sequence text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select format('pg_catalog.date_part(''epoch'', pg_catalog.clock_timestamp()) operator(pg_catalog.<=) '
             || 'coalesce(pg_catalog.pg_sequence_last_value(%L), 0)', sequence)
$$;

-- INSERT of what one kind of statement changed, each value of a link once.
create or replace function edge.journal_insert(links edge.link[], captured regclass, variadic transitions text[])
returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select E'insert into edge.journal (link, key, keys)\n    ' || string_agg(case
      when l.form = 'table' then edge.link_select(l, captured, 'select', transitions[1])
      when cardinality(transitions) = 1 then edge.link_select(l, captured, 'select distinct', transitions[1])
      else format('(%s)', (
        select string_agg(edge.link_select(l, captured, 'select', t), E'\n    union ') from unnest(transitions) as t))
    end, E'\n    union all ' order by l.id)
  from unnest(links) as l
$$;

-- The trigger function's text from its RETURNS on.
create or replace function edge.record_code(captured regclass) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  links constant edge.link[] := array(
    select l from edge.link l where l.relation = any (array(select edge.family(captured))) order by l.id);
  settings text;
begin
  select coalesce(max(E'\nset search_path = pg_catalog, pg_temp set timezone = ''UTC'' set datestyle = ''ISO'''
           ' set intervalstyle = ''postgres'' set extra_float_digits = 1 set bytea_output = ''hex'' set lc_monetary = ''C'''), '')
    into settings
    from pg_catalog.pg_attribute a
    where a.attrelid = captured and a.attnum > 0 and not a.attisdropped
      and a.attname in (select unnest(l.columns) from unnest(links) as l)
      and coalesce(edge.kind_of(a.atttypid) <> all ('{integer,text,char,uuid,enum,boolean}'), true);  -- prints as it is set
  return format('returns trigger language plpgsql security definer%s as %L', settings, format($code$
#variable_conflict use_column
begin
  if not (%1$s) then
    return null;  -- nobody follows: whoever comes next reads everything
  end if;
  if tg_op operator(pg_catalog.=) 'UPDATE' then
    %2$s;
  elsif tg_op operator(pg_catalog.=) 'INSERT' then
    %3$s;
  elsif tg_op operator(pg_catalog.=) 'DELETE' then
    %4$s;
  else
    insert into edge.journal (link) values %5$s;
  end if;
  if found and %6$s then
    perform edge.ring();
  end if;
  return null;
end $code$,
    edge.live_sql('edge.lease'),
    edge.journal_insert(links, captured, 'old_rows', 'new_rows'),
    edge.journal_insert(links, captured, 'new_rows'),
    edge.journal_insert(links, captured, 'old_rows'),
    (select string_agg(format('(%s)', l.id), ', ') from unnest(links) as l),
    edge.live_sql('edge.asleep')));
end $$;

-- Whether a captured table has its triggers as we made them.
create or replace function edge.is_armed(relation regclass, record regproc) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select count(*) = 4 from pg_catalog.pg_trigger
  where tgrelid = relation and tgfoid = record and tgenabled = 'A'
    and tgname = any ('{_900_edge_insert,_900_edge_update,_900_edge_delete,_900_edge_truncate}')
$$;

-- Puts the triggers on a table. It waits for the table's writers, so that no change
-- of theirs can escape a link that edges rely on once this commits.
create or replace function edge.arm(relation regclass, record regproc) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  op text;
begin
  foreach op in array array['insert', 'update', 'delete', 'truncate'] loop
    execute format('create or replace trigger _900_edge_%1$s after %1$s on %2$s %3$s '
                || 'for each statement execute function %4$s()', op, relation,
      case op when 'insert' then 'referencing new table as new_rows'
              when 'update' then 'referencing old table as old_rows new table as new_rows'
              when 'delete' then 'referencing old table as old_rows' else '' end, record);
    execute format('alter table only %s enable always trigger _900_edge_%s', relation, op);
  end loop;
end $$;

-- Locks tables, all or none: it waits only while it holds none of them, so that no
-- writer and we can ever wait for each other.
create or replace function edge.lock_tables(tables regclass[], mode text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  first regclass := tables[1];
  t regclass;
  holds_first boolean;
begin
  while first is not null loop
    holds_first := false;
    begin
      execute format('lock table only %s in %s mode', first, mode);
      holds_first := true;
      foreach t in array tables loop
        execute format('lock table only %s in %s mode nowait', t, mode);
      end loop;
      return;
    exception when lock_not_available then  -- what was locked is let go of
      if not holds_first then raise; end if;  -- lock_timeout
      first := t;
    end;
  end loop;
end $$;

-- What a captured table lacks: its function is another than the links now demand, or
-- its triggers are not as we made them.
create or replace function edge.needs_capture(relation regclass, code text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  c edge.captured;
begin
  select * into c from edge.captured k where k.relation = needs_capture.relation and k.digest = md5(code);
  return not found or not edge.is_armed(relation, format('edge.record_%s', c.id)::regproc);
end $$;

-- Makes functions and triggers fit the links. Where a table is to journal for a link
-- more, this waits for its writers: they may have run the former function.
create or replace function edge.capture() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  wanted constant regclass[] := array(
    select distinct f from (select distinct relation from edge.link) as l, edge.family(l.relation) as f order by f);
  unwanted constant regclass[] := array(
    select c.relation from edge.captured c where c.relation <> all (wanted) order by c.relation);
  codes constant text[] := array(select edge.record_code(w) from unnest(wanted) with ordinality as x(w, n) order by n);
  record_id int;
begin
  perform edge.lock_tables(array(
    select w from unnest(wanted, codes) as x(w, code) where edge.needs_capture(w, code) order by w), 'share row exclusive');
  for i in 1 .. cardinality(wanted) loop
    continue when not edge.needs_capture(wanted[i], codes[i]);
    insert into edge.captured (relation, digest) values (wanted[i], md5(codes[i]))
      on conflict (relation) do update set digest = excluded.digest
      returning id into record_id;
    execute format('create or replace function edge.record_%s() %s', record_id, codes[i]);
    perform edge.own_function(format('edge.record_%s()', record_id));
    if not edge.is_armed(wanted[i], format('edge.record_%s', record_id)::regproc) then
      perform edge.arm(wanted[i], format('edge.record_%s', record_id)::regproc);
    end if;
  end loop;
  perform edge.release_tables(unwanted);
end $$;

-- Takes triggers and functions away again.
create or replace function edge.release_tables(tables regclass[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t regclass;
  record_id int;
begin
  perform edge.lock_tables(array(
    select c.oid::regclass from pg_catalog.pg_class c where c.oid = any (tables) order by 1), 'access exclusive');
  foreach t in array tables loop
    perform edge.release_table(t);
    delete from edge.captured c where c.relation = t returning c.id into record_id;
    execute format('drop function if exists edge.record_%s()', record_id);
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
