-- What no trigger can see is refused: re-reading on every change would not help,
-- for there is no change to be told of.

-- Functions of pg_catalog that are STABLE only because their result depends on
-- settings, which edges pin. `jsonb_agg` is among them: refusing what is not
-- immutable would refuse most real views.
create or replace function edge.is_steady(func oid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case
    when p.provolatile = 'v' then false
    when n.nspname <> 'pg_catalog' and p.prokind = 'a' then
      p.provolatile = 'i' and (
        select bool_and(edge.is_steady(f)) from pg_catalog.pg_aggregate a,
          unnest(array[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn]::oid[]) as f
        where a.aggfnoid = p.oid and f <> 0)
    when p.provolatile = 'i' then true
    when n.nspname <> 'pg_catalog' then false
    when p.proname = 'age' then p.pronargs = 2          -- with one argument it asks the clock
    when p.proname in ('to_tsvector', 'to_tsquery', 'plainto_tsquery', 'phraseto_tsquery', 'websearch_to_tsquery',
                       'json_to_tsvector', 'jsonb_to_tsvector', 'ts_headline') then
      p.proargtypes[0] = 'regconfig'::regtype           -- otherwise a setting names the dictionary
    else p.proname = any ('{anytextcat,textanycat,concat,concat_ws,format,quote_literal,quote_nullable,
      array_to_json,array_to_string,json_agg,json_agg_strict,json_build_array,json_build_object,json_object_agg,
      json_object_agg_strict,json_object_agg_unique,json_object_agg_unique_strict,jsonb_agg,jsonb_agg_strict,
      jsonb_build_array,jsonb_build_object,jsonb_object_agg,jsonb_object_agg_strict,jsonb_object_agg_unique,
      jsonb_object_agg_unique_strict,row_to_json,to_json,to_jsonb,json_populate_record,json_populate_recordset,
      json_to_record,json_to_recordset,jsonb_populate_record,jsonb_populate_recordset,jsonb_to_record,
      jsonb_to_recordset,jsonb_path_exists_tz,jsonb_path_match_tz,jsonb_path_query_tz,jsonb_path_query_array_tz,
      jsonb_path_query_first_tz,string_agg,array_agg,
      convert,convert_from,convert_to,length,numeric,money,date,time,timetz,timestamp,timestamptz,timezone,extract,
      date_part,date_trunc,date_add,date_subtract,make_timestamptz,to_char,to_date,to_number,to_timestamp,overlaps,
      generate_series,in_range,interval_pl_timestamptz,timestamptz_pl_interval,timestamptz_mi_interval,
      enum_first,enum_last,enum_range,xml}'::text[])
      or p.proname ~ '^(date|timestamp|timestamptz)_(eq|ne|lt|le|gt|ge|cmp)_(date|timestamp|timestamptz)$'
  end
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.oid = func
$$;

-- All functions that a tree of nodes calls, those behind operators and aggregates included.
create or replace function edge.called_functions(blocks jsonb) returns setof oid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select (f #>> '{}')::oid
  from jsonb_path_query(blocks, 'strict $.** ? (@.type() == "object").keyvalue()
    ? (@.key == "funcid" || @.key == "aggfnoid" || @.key == "winfnoid").value') as f
  union
  select o.oprcode::oid
  from jsonb_path_query(blocks, 'strict $.** ? (@.type() == "object").keyvalue() ? (@.key == "opno").value') as f
  join pg_catalog.pg_operator o on o.oid = (f #>> '{}')::oid
$$;

-- Relations under a view according to pg_depend: the net that nothing slips through.
create or replace function edge.dependencies(source regclass)
returns table (relation regclass, through_function boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive walk(class, oid, through_function) as (
    select 'pg_class'::regclass::oid, source::oid, false
    union
    select d.refclassid, d.refobjid, walk.through_function or d.refclassid = 'pg_proc'::regclass
    from walk
    left join pg_catalog.pg_rewrite r
      on walk.class = 'pg_class'::regclass and r.ev_class = walk.oid and r.rulename = '_RETURN'
    join pg_catalog.pg_depend d
      on d.classid = case when r.oid is null then walk.class else 'pg_rewrite'::regclass::oid end
     and d.objid = coalesce(r.oid, walk.oid)
    where d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
      and (r.oid is not null or walk.class in ('pg_proc'::regclass, 'pg_operator'::regclass))
  )
  select c.oid::regclass, bool_or(walk.through_function)
  from walk join pg_catalog.pg_class c on c.oid = walk.oid
  where walk.class = 'pg_class'::regclass and c.oid <> source and c.relkind <> 'c'  -- a type has no rows
  group by c.oid
$$;

create or replace function edge.sees_all_rows(role regrole, of_table pg_catalog.pg_class) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select rolsuper or rolbypassrls or (pg_has_role(oid, of_table.relowner, 'usage') and not of_table.relforcerowsecurity)
  from pg_catalog.pg_roles where oid = role
$$;

create or replace function edge.refuse(source regclass, what text, mend text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% can not be published: %', source, what
    using errcode = 'feature_not_supported', hint = mend;
end $$;

-- Nodes of a tree that satisfy a jsonpath condition.
create or replace function edge.has_node(blocks jsonb, condition text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_path_exists(blocks, format('strict $.** ? (@.type() == "object" && %s)', condition)::jsonpath)
$$;

create or replace function edge.check_expressions(source regclass, blocks jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  culprit text;
begin
  select format('%s(%s)', p.oid::regproc, pg_get_function_identity_arguments(p.oid)) into culprit
    from edge.called_functions(blocks) as f join pg_catalog.pg_proc p on p.oid = f
    where not coalesce(edge.is_steady(f), false) order by 1 limit 1;
  if found then
    perform edge.refuse(source,
      format('it calls %s, whose result changes without any table changing', culprit),
      'Leave the call to the client, or store its result in a column. A function of yours that depends on '
      'nothing but its arguments may be declared IMMUTABLE.');
  elsif edge.has_node(blocks, '(@.node == "SQLVALUEFUNCTION" || @.node == "NEXTVALUEEXPR")') then
    perform edge.refuse(source,
      'it uses CURRENT_DATE, CURRENT_TIMESTAMP, CURRENT_USER or the like, which change without any table changing',
      'Compare in the client, or keep the flag in a column that a job sets.');
  elsif edge.has_node(blocks, '@.node == "COERCEVIAIO" && @.arg.node == "CONST" && (@.resulttype == "1082"
      || @.resulttype == "1083" || @.resulttype == "1114" || @.resulttype == "1184" || @.resulttype == "1266")') then
    perform edge.refuse(source,
      'it converts a constant text to a time at run time, and ''now'' is such a text',
      'Write the constant as date ''2030-01-31''.');
  elsif exists (
    select from jsonb_path_query(blocks, 'strict $.** ? (@.type() == "object" && @.node == "VAR").vartype') as t
    where (t #>> '{}')::oid::regtype::text ~ '^(\S*\.)?reg[a-z]+(\[])?$' and (t #>> '{}')::oid < 16384) then
    perform edge.refuse(source, 'it reads a column of type regclass or the like, whose text follows the names in the catalog',
      'Keep the name in a column of type text, or the number in one of type oid.');
  elsif jsonb_path_exists(blocks, 'strict $.**.tablesample ? (@ != null)') then
    perform edge.refuse(source, 'it uses TABLESAMPLE, whose rows are random', 'Remove TABLESAMPLE.');
  elsif edge.has_node(blocks, '@.node == "QUERY" && @.hasForUpdate == "true"') then
    perform edge.refuse(source, 'it locks rows, which a reader must not', 'Remove FOR UPDATE or FOR SHARE.');
  elsif exists (
    select from jsonb_path_query(blocks, 'strict $.** ? (@.type() == "object" && @.node == "VAR").varattno') as n
    where (n #>> '{}')::int < 0 and (n #>> '{}')::int <> -6) then  -- tableoid never changes
    perform edge.refuse(source,
      'it uses a system column such as ctid or xmin, which change without a trigger firing',
      'Leave system columns out of the view.');
  end if;
end $$;

-- What is sound only while certain values do not occur.
create or replace function edge.tell_doubts(source regclass, blocks jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if edge.has_node(blocks, '@.node == "COERCEVIAIO" && @.arg.node != "CONST" && (@.resulttype == "1082"
      || @.resulttype == "1083" || @.resulttype == "1114" || @.resulttype == "1184" || @.resulttype == "1266")') then
    raise notice 'edge: % converts a column''s text to a time, and texts such as ''now'' or ''today'' mean another one each day', source
      using hint = 'Where such texts may occur, use to_date or to_timestamp with a format, or keep the time in a column.';
  end if;
end $$;

create or replace function edge.check_table(source regclass, of_table pg_catalog.pg_class, of_view pg_catalog.pg_class) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  name constant text := of_table.oid::regclass;
  is_catalog constant boolean := of_table.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace);
begin
  if of_table.relnamespace = 'edge'::regnamespace then
    perform edge.refuse(source, format('%s is a table of ours, whose triggers would call themselves', name),
      'Publish tables of your own.');
  elsif is_catalog or of_table.relkind not in ('r', 'p') then
    perform edge.refuse(source,
      format('%s is a %s, whose changes fire no trigger', name,
        case when is_catalog then 'system catalog'
             when of_table.relkind = 'm' then 'materialized view'
             when of_table.relkind = 'f' then 'foreign table'
             when of_table.relkind = 'S' then 'sequence' else 'relation of another kind' end),
      'Use tables and views over tables; copy what comes from elsewhere into a table.');
  elsif of_table.relpersistence = 't' then
    perform edge.refuse(source, format('%s is a temporary table, which other sessions do not see', name),
      'Use a permanent table.');
  elsif of_table.relrowsecurity
        and (of_view.relkind <> 'v' or not edge.sees_all_rows(of_view.relowner, of_table)
             or not edge.sees_all_rows(edge.owner()::text::regrole, of_table)) then
    perform edge.refuse(source,
      format('row-level security of %s would decide which rows it has, and a change of policy or role fires no trigger', name),
      format('Let roles that are exempt (the owner of %s) own the view and the schema edge, '
             'and use an owner column for what is private.', name));
  elsif exists (select from unnest(edge.below(array[of_table.oid])) as f join pg_catalog.pg_class p on p.oid = f
                where p.relkind not in ('r', 'p')) then
    perform edge.refuse(source,
      format('%s has partitions or children that are foreign tables, whose changes fire no trigger', name),
      'Detach them, or keep a copy in tables.');
  elsif exists (select from edge.family(of_table.oid) as f join pg_catalog.pg_subscription_rel s on s.srrelid = f) then
    perform edge.refuse(source,
      format('%s is fed by logical replication, which fires no statement triggers', name),
      'Publish on the publisher''s side.');
  end if;
end $$;

create or replace function edge.check_source(source regclass) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  graph constant jsonb := edge.view_blocks(source);
  blocks constant jsonb := graph->'blocks';
  tables constant oid[] := array(select (i->>'relation')::oid from jsonb_array_elements(graph->'instances') as i);
  views constant oid[] := array(select (b->>'view')::oid from jsonb_array_elements(blocks) as b);
  r record;
begin
  perform edge.check_expressions(source, blocks);
  perform edge.tell_doubts(source, blocks);
  perform edge.check_table(source, t, v)
    from jsonb_array_elements(graph->'instances') as i
    join pg_catalog.pg_class t on t.oid = (i->>'relation')::oid
    join pg_catalog.pg_class v on v.oid = (i->>'view')::oid;
  for r in
    select c.oid::regclass as view from pg_catalog.pg_class c where c.oid = any (views) and relpersistence = 't'
  loop
    perform edge.refuse(source, format('%s is a temporary view, which other sessions do not see', r.view),
      'Use a permanent view.');
  end loop;
  for r in
    select c.oid::regclass as view from pg_catalog.pg_class c, pg_options_to_table(c.reloptions)
    where c.oid = any (views) and option_name = 'security_invoker' and option_value::boolean
  loop
    perform edge.refuse(source, format('%s has security_invoker, so its rows depend on who reads', r.view),
      format('ALTER VIEW %s SET (security_invoker = false);', r.view));
  end loop;
  for r in
    select d.relation, d.through_function from edge.dependencies(source) as d
    where d.through_function or (d.relation <> all (tables) and d.relation <> all (views))
  loop
    if r.through_function then
      perform edge.refuse(source, format('it reads %s in the body of a function, which is not followed', r.relation),
        'Write what the function does into the view itself.');
    end if;
    perform edge.refuse(source, format('it names %s where no row of it is read', r.relation),
      'Remove the WITH query that nothing uses, or whatever else it is that names it.');
  end loop;
end $$;
