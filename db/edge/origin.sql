-- Traces a column of a block down to the table columns it comes from.
--
-- An origin is {"instance", "column", "form", "path"}: `form` is the expression
-- around the column with %s in its place; `path` the [block, item] pairs passed.
-- A column of a set operation has one origin per branch. Null: no plain column.
--
-- into = false  What are the values of this column? (A row known to matter tells
--               its columns to the next table.)
-- into = true   May a condition on this column be moved down to the table? Only
--               where no LIMIT, window or grouping set would see fewer rows than
--               it must; a block with windows is entered through its ghost. Where
--               rows are grouped by an equality that is coarser than identity, only
--               a condition of that very equality may: then the origin has "equality",
--               the operator, and "collation".

-- Strips what may stand around a column: casts without code, collations, and strict
-- immutable functions of one argument. Null when something else stands there. A
-- function's result may depend on a collation, which a journaled value has not got:
-- only the default one passes.
create or replace function edge.unwrap(expr jsonb, out var jsonb, out form text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  func record;
begin
  form := '%s';
  loop
    if expr->>'node' = 'VAR' then
      var := expr;
      return;
    elsif expr->>'node' = 'RELABELTYPE' then
      form := replace(form, '%s', '(%s)::' ||
        format_type((expr->>'resulttype')::oid, -1));  -- of null, bpchar would be "character": one
      expr := expr->'arg';
    elsif expr->>'node' = 'COLLATEEXPR' then
      form := replace(form, '%s', '(%s)' || edge.collate_clause(expr->>'collOid'));
      expr := expr->'arg';
    elsif expr->>'node' = 'FUNCEXPR' and jsonb_array_length(nullif(expr->'args', 'null')) = 1
          and expr->>'funcretset' = 'false' and expr->>'funcvariadic' = 'false'
          and expr->>'inputcollid' in ('0', '100') then
      select p.proname, n.nspname into func
        from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where p.oid = (expr->>'funcid')::oid and p.proisstrict and p.provolatile = 'i'
          and edge.base_type(p.proargtypes[0]) = p.proargtypes[0];  -- values come in the base type
      exit when not found;
      form := replace(form, '%s', format('%I.%I', func.nspname, func.proname) || '(%s)');
      expr := expr->'args'->0;
    else
      exit;
    end if;
  end loop;
  form := null;
end $$;

-- The range table index of its own block that a column belongs to, joins resolved.
create or replace function edge.local_item(query jsonb, expr jsonb) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  var jsonb := (edge.unwrap(expr)).var;
  rte jsonb;
begin
  if var is null or var->>'varlevelsup' <> '0' then return null; end if;
  rte := query->'rtable'->((var->>'varno')::int - 1);
  if rte->>'rtekind' in ('2', '9') and (var->>'varattno')::int > 0 then
    return edge.local_item(query,
      coalesce(rte->'joinaliasvars', rte->'groupexprs')->((var->>'varattno')::int - 1));
  end if;
  return (var->>'varno')::int;
end $$;

-- Why a condition on output column `resno` of a block must not be moved into it;
-- null if it may. 'window': not here, but into its ghost.
create or replace function edge.barrier(block jsonb, resno int) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  query jsonb := block->'query';
  partition text[];
  expr jsonb;
begin
  if query->'limitCount' <> 'null' or query->'limitOffset' <> 'null' then return 'LIMIT or OFFSET'; end if;
  if query->'groupingSets' <> 'null' then return 'GROUPING SETS'; end if;
  if block->>'recursive' = 'true' then return 'WITH RECURSIVE'; end if;
  if block->>'use' = 'ghost' then return null; end if;
  partition := edge.partition_columns(query);
  if partition is null then return null; end if;
  expr := (select t->'expr' from jsonb_array_elements(nullif(query->'targetList', 'null')) as t where t->>'resno' = resno::text);
  if expr->>'node' = 'VAR' and expr->>'varlevelsup' = '0'
     and concat_ws('.', expr->>'varno', expr->>'varattno') = any (partition)
     and edge.is_exact((expr->>'vartype')::oid, (expr->>'vartypmod')::int, (expr->>'varcollid')::oid) then
    return null;
  end if;
  if block ? 'ghost' then return 'window'; end if;
  return 'a window or DISTINCT ON that is not by a plain column';
end $$;

-- Virtual generated columns (PostgreSQL 18) have no values in a trigger's rows.
create or replace function edge.is_virtual(rte jsonb, number int) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select attgenerated = 'v' from pg_catalog.pg_attribute where attrelid = (rte->>'relid')::oid and attnum = number
$$;

-- Origins of an expression of block `b`.
create or replace function edge.origin(blocks jsonb, b int, expr jsonb, into_it boolean) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  block jsonb := blocks->b;
  item jsonb; rte jsonb; found_origin jsonb;
  var jsonb; shape text;
  varno int; varattno int; up int;
begin
  select u.var, u.form into var, shape from edge.unwrap(expr) as u;
  if var is null then return null; end if;
  varno := (var->>'varno')::int;
  varattno := (var->>'varattno')::int;
  if varattno <= 0 or (into_it and var->>'varlevelsup' <> '0') then return null; end if;
  for up in 1 .. (var->>'varlevelsup')::int loop
    block := blocks->((block->>'lexical')::int);
  end loop;
  b := (block->>'id')::int;
  rte := block->'query'->'rtable'->(varno - 1);
  item := block->'items'->varno::text;
  if item ? 'instance' then
    if edge.is_virtual(rte, varattno) then return null; end if;
    found_origin := jsonb_build_array(jsonb_build_object(
      'instance', item->'instance', 'column', varattno, 'form', '%s', 'path', '[]'::jsonb));
  elsif item ? 'block' then
    found_origin := edge.output_origin(blocks, (item->>'block')::int, varattno, into_it);
  elsif rte->>'rtekind' in ('2', '9') then
    found_origin := edge.origin(blocks, b,
      coalesce(rte->'joinaliasvars', rte->'groupexprs')->(varattno - 1), into_it);
  end if;
  return (
    select jsonb_agg(o || jsonb_build_object('form', replace(shape, '%s', o->>'form'),
                                             'path', (o->'path') || jsonb_build_array(jsonb_build_array(b, varno))))
    from jsonb_array_elements(found_origin) as o
    where not o ? 'equality' or shape = '%s');
end $$;

-- How the rows of a block are grouped by its output column `entry`: null if they are
-- not, or by identity; otherwise {"equality", "collation"}. A branch of UNION ALL is
-- not grouped; other set operations compare the columns as they put them out. Windows
-- and DISTINCT ON are another matter: of the ghost, which has none.
create or replace function edge.coarse_equality(query jsonb, entry jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  resno constant text := entry->>'resno';
  var constant jsonb := (edge.unwrap(entry->'expr')).var;
  by_type oid; by_typmod int; by_collation oid;
begin
  if query->'setOperations' <> 'null' then
    if not jsonb_path_exists(query->'setOperations', '$.** ? (@.node == "SETOPERATIONSTMT" && (@.op != "1" || @.all != "true"))') then
      return null;
    end if;
    by_type := query->'setOperations'->'colTypes'->>resno::int;  -- element 0 is the list's mark
    by_typmod := query->'setOperations'->'colTypmods'->>resno::int;
    by_collation := query->'setOperations'->'colCollations'->>resno::int;
  elsif coalesce(nullif(query->'groupClause', 'null'),
                 case when query->>'hasDistinctOn' = 'false' then nullif(query->'distinctClause', 'null') end) is null then
    return null;
  else
    by_type := var->>'vartype';
    by_typmod := var->>'vartypmod';
    by_collation := var->>'varcollid';
  end if;
  if edge.is_exact(by_type, by_typmod, by_collation) then return null; end if;
  return jsonb_build_object('equality', edge.equality_of(by_type), 'collation', by_collation::text);
end $$;

-- Origins of output column `resno` of block `b`.
create or replace function edge.output_origin(blocks jsonb, b int, resno int, into_it boolean) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  block jsonb := blocks->b;
  query jsonb := block->'query';
  wall text;
  branch int; branch_origin jsonb; all_origins jsonb := '[]';
  entry constant jsonb := (
    select t from jsonb_array_elements(nullif(query->'targetList', 'null')) as t
    where t->>'resno' = resno::text and t->>'resjunk' = 'false');
begin
  if into_it then
    wall := edge.barrier(block, resno);
    if block ? 'ghost' and (wall is null or wall = 'window') then
      all_origins := coalesce(edge.output_origin(blocks, (block->>'ghost')::int, resno, true), '[]');
    end if;
    if wall is not null then return nullif(all_origins, '[]'); end if;
  end if;
  if query->'setOperations' <> 'null' then
    foreach branch in array edge.node_items(query->'setOperations') loop
      branch_origin := edge.output_origin(blocks, (block->'items'->branch::text->>'block')::int, resno, into_it);
      if not edge.same_branch_type(blocks, block, branch, resno) then branch_origin := null; end if;
      if branch_origin is null and not into_it then return null; end if;
      all_origins := all_origins || coalesce(branch_origin, '[]');
    end loop;
  else
    all_origins := all_origins || coalesce(edge.origin(blocks, b, entry->'expr', into_it), '[]');
  end if;
  return case when into_it then edge.through_groups(all_origins, query, entry) else nullif(all_origins, '[]') end;
end $$;

-- Those of the origins to which a condition may be moved down through a grouping.
create or replace function edge.through_groups(origins jsonb, query jsonb, entry jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  coarse constant jsonb := edge.coarse_equality(query, entry);
begin
  if coarse is null then return nullif(origins, '[]'); end if;
  return (
    select jsonb_agg(o || coarse) from jsonb_array_elements(origins) as o
    where o->>'form' = '%s' and (not o ? 'equality' or o @> coarse)
      and entry->'expr'->>'node' = 'VAR');
end $$;

-- A set operation may convert a branch's column; only among integers that is harmless.
create or replace function edge.same_branch_type(blocks jsonb, block jsonb, branch int, resno int) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select bool_and(t = any (array['20', '21', '23'])) or count(distinct t) = 1
  from (
    select block->'query'->'setOperations'->'colTypes'->>resno as t  -- element 0 is the list's mark "o"
    union all
    select edge.expr_type(e->'expr')
    from jsonb_array_elements(blocks->((block->'items'->branch::text->>'block')::int)->'query'->'targetList') as e
    where e->>'resno' = resno::text) as types(t)
$$;

-- The type of an expression that unwraps to a column, or is a constant.
create or replace function edge.expr_type(expr jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when expr->>'node' = 'COLLATEEXPR' then edge.expr_type(expr->'arg')
    else coalesce(expr->>'vartype', expr->>'resulttype', expr->>'funcresulttype', expr->>'consttype', 'unknown') end
$$;
