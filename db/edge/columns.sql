-- Types of columns that edges sort, filter and compare, and the text that stands
-- for a value of each on its way to an edge.

-- The type under a domain.
create or replace function edge.base_type(type oid) returns oid
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select case when typtype = 'd' then edge.base_type(typbasetype) else oid end from pg_catalog.pg_type where oid = type
$$;

create or replace function edge.kind_of(type oid) returns text
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select case
    when t.oid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) then 'integer'
    when t.oid in ('float4'::regtype, 'float8'::regtype) then 'float'
    when t.oid = 'numeric'::regtype then 'numeric'
    when t.oid = 'bool'::regtype then 'boolean'
    when t.oid in ('text'::regtype, 'varchar'::regtype, 'name'::regtype) then 'text'
    when t.oid = 'bpchar'::regtype then 'char'  -- whose blanks at the end are no part of the value
    when t.oid = 'uuid'::regtype then 'uuid'
    when t.oid in ('timestamp'::regtype, 'timestamptz'::regtype, 'date'::regtype) then t.typname::text
    when t.typtype = 'e' then 'enum'
  end
  from pg_catalog.pg_type t where t.oid = edge.base_type(type)
$$;

-- The element type of an array column, else null.
create or replace function edge.element_type(type oid) returns oid
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select nullif(typelem, 0) from pg_catalog.pg_type
  where oid = edge.base_type(type) and typcategory = 'A'
$$;

-- SQL for the text of a value `v` of a kind.
create or replace function edge.form_of(kind text, v text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case kind
    when 'boolean' then format('case when %1$s then ''t'' when not %1$s then ''f'' end', v)
    when 'timestamp' then edge.microseconds(v)
    when 'timestamptz' then edge.microseconds(v)
    when 'date' then edge.microseconds(v)
    else format('%s::text', v)
  end
$$;

create or replace function edge.microseconds(v text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select format('case when isfinite(%1$s) then (extract(epoch from %1$s) * 1000000)::bigint::text '
             || 'when %1$s > ''epoch'' then ''infinity'' when %1$s < ''epoch'' then ''-infinity'' end', v)
$$;

-- SQL for the text of column `v`; an array's is a JSON array of its elements' texts.
create or replace function edge.column_form(kind text, is_array boolean, v text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when not is_array then edge.form_of(kind, v)
    else format('case when %1$s is not null then (select ''['' || coalesce(string_agg('
             || 'coalesce(to_json(%2$s)::text, ''null''), '','' order by n), '''') || '']'' '
             || 'from unnest(%1$s) with ordinality as u(e, n)) end', v, edge.form_of(kind, 'e')) end
$$;

-- SQL for the JSON text of key values: 42, "text", or ["a",1].
create or replace function edge.key_form(types oid[], vs text[]) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when count(*) = 1 then min(part)
              else '''['' || ' || string_agg(part, ' || '','' || ' order by n) || ' || '']''' end
  from (
    select n, case
      when edge.base_type(type) in ('int2'::regtype, 'int4'::regtype) then format('%s::text', v)
      when edge.base_type(type) = 'int8'::regtype then
        format('case when %1$s between -9007199254740991 and 9007199254740991 then %1$s::text '
            || 'else ''"'' || %1$s::text || ''"'' end', v)
      when edge.base_type(type) in ('text'::regtype, 'varchar'::regtype, 'uuid'::regtype) then
        format('to_json(%s::text)::text', v)
      else format('to_json(format(''%%s'', %s))::text', v) end as part
    from unnest(types, vs) with ordinality as x(type, v, n)
  ) as parts
$$;

-- Whether equal values of a type are always the same value. 1.0 and 1.00 are equal
-- and not the same; so are, each in its type, 'a' and 'A' (citext, nondeterministic
-- collations), 'a' and 'a ' (bpchar without a length), '1 day' and '24 hours'. Which
-- of them a grouping shows may change with the order of the rows.
create or replace function edge.is_exact(type oid, typmod int, collation_oid oid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select collisdeterministic from pg_catalog.pg_collation where oid = collation_oid), true)
    and case
      when t.typelem <> 0 and t.typcategory = 'A' then edge.is_exact(t.typelem, typmod, collation_oid)
      when t.oid = 'bpchar'::regtype then
        greatest(typmod, (select d.typtypmod from pg_catalog.pg_type d where d.oid = type)) >= 0  -- a domain's own
      when t.oid = any ('{bytea,oid}'::regtype[]) then true
      else coalesce(edge.kind_of(t.oid) not in ('float', 'numeric'), false)
    end
  from pg_catalog.pg_type t where t.oid = edge.base_type(type)
$$;

create or replace function edge.is_text_exact(source regclass, key_columns smallint[]) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select bool_and(edge.is_exact(a.atttypid, a.atttypmod, a.attcollation))
  from pg_catalog.pg_attribute a
  where a.attrelid = source and a.attnum = any (key_columns)
$$;

-- The `=` by which the type's own index and grouping compare, qualified; null where
-- the type has none.
create or replace function edge.equality_of(type oid) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('operator(%I.%s)', n.nspname, o.oprname)
  from pg_catalog.pg_opclass c
  join pg_catalog.pg_am m on m.oid = c.opcmethod and m.amname in ('btree', 'hash')
  join pg_catalog.pg_type t on t.oid = edge.base_type(type)
  join pg_catalog.pg_amop a on a.amopfamily = c.opcfamily
    and a.amoplefttype = c.opcintype and a.amoprighttype = c.opcintype
    and a.amopstrategy = case m.amname when 'btree' then 3 else 1 end
  join pg_catalog.pg_operator o on o.oid = a.amopopr
  join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where c.opcdefault and (
      c.opcintype = t.oid
      or exists (select from pg_catalog.pg_cast b  -- varchar is compared as text
                 where b.castsource = t.oid and b.casttarget = c.opcintype
                   and b.castmethod = 'b' and b.castcontext = 'i')
      or (c.opcintype = 'anyenum'::regtype and t.typtype = 'e')
      or (c.opcintype = 'anyarray'::regtype and t.typcategory = 'A' and edge.equality_of(t.typelem) is not null)
      or (c.opcintype = 'anyrange'::regtype and t.typtype = 'r')
      or (c.opcintype = 'anymultirange'::regtype and t.typtype = 'm'))
  order by c.opcintype = t.oid desc, m.amname, o.oid
  limit 1
$$;
