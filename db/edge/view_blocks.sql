-- Unfolds a view into query blocks, views under it included.
--
-- A block is one SELECT: {"id", "use", "lexical", "query", "items", "ghost"}.
--   use      source | derived | branch (of a set operation) | sublink | ghost
--   lexical  the block in which it was written, for references to outer columns
--   query    its QUERY node
--   items    per range table index: {"instance": n} a table, {"block": n} another SELECT
--   view     the view whose text it is part of
--   ghost    for a block with windows or DISTINCT ON: the block of its ghost copy
-- Everything that is used twice (a CTE, a view) is unfolded twice, so blocks form
-- a tree. Result: {"blocks": [...], "instances": [{"id","block","item","relation","inherit","alias"}]}.

-- Sublinks in an expression; `filter` tells those where null is as good as false.
create or replace function edge.sublinks(node jsonb, filter boolean)
returns table (sublink jsonb, in_filter boolean)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  child record;
begin
  if jsonb_typeof(node) = 'array' then
    for child in select value from jsonb_array_elements(node) loop
      return query select * from edge.sublinks(child.value, filter);
    end loop;
  elsif jsonb_typeof(node) = 'object' and node->>'node' = 'SUBLINK' then
    return query select node, filter;
    return query select * from edge.sublinks(node->'testexpr', false);
  elsif jsonb_typeof(node) = 'object' and node->>'node' <> 'QUERY' then
    for child in select key, value from jsonb_each(node) where jsonb_typeof(value) in ('object', 'array') loop
      return query select * from edge.sublinks(child.value,
        case when child.key = 'quals' then true
             when node->>'node' = 'BOOLEXPR' and node->>'boolop' in ('and', 'or') then filter
             when node->>'node' in ('FROMEXPR', 'JOINEXPR') then filter
             else false end);
    end loop;
  end if;
end $$;

-- Every sublink of a block, those of the SELECTs inside it not.
create or replace function edge.block_sublinks(query jsonb)
returns table (sublink jsonb, in_filter boolean)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select * from edge.sublinks(query->'targetList', false)
  union all select * from edge.sublinks(query->'jointree', true)
  union all select * from edge.sublinks(query->'havingQual', true)
  union all select * from edge.sublinks(query->'limitOffset', false)
  union all select * from edge.sublinks(query->'limitCount', false)
  union all select * from edge.sublinks(query->'windowClause', false)
  union all
  select s.* from jsonb_array_elements(nullif(query->'rtable', 'null')) as rte,
    lateral edge.sublinks(
      jsonb_build_array(rte->'functions', rte->'values_lists', rte->'tablefunc', rte->'groupexprs'), false) as s
$$;

-- The range table indexes under a node of the join tree or of a set operation;
-- what its conditions contain is not under it.
create or replace function edge.node_items(node jsonb) returns int[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
  with recursive walk(n) as (
    select node
    union all
    select child
    from walk, lateral jsonb_array_elements(
      case when jsonb_typeof(n) = 'array' then n
           else jsonb_build_array(n->'fromlist', n->'larg', n->'rarg') end) as child
    where jsonb_typeof(n) = 'array' or n->>'node' in ('FROMEXPR', 'JOINEXPR', 'SETOPERATIONSTMT')
  )
  select coalesce(array_agg((n->>'rtindex')::int), '{}') from walk where n->>'node' = 'RANGETBLREF'
$$;

create or replace function edge.view_blocks(source regclass) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  max_ghosts constant int := 64;  -- nested windows double the blocks with each level,
  max_blocks constant int := 1000;  -- CTEs and views used twice do, too
  blocks jsonb[] := '{}';
  instances jsonb[] := '{}';
  block jsonb; query jsonb; rte jsonb; child jsonb; definer jsonb; items jsonb;
  i int; b int := 0; ghosts int := 0; up int;
  s record;
begin
  query := edge.view_query(source);
  blocks := array[jsonb_build_object('id', 0, 'use', 'source', 'view', source::oid,
    'query', coalesce(query, edge.table_query(source)))];
  while b < cardinality(blocks) loop
    if cardinality(blocks) > max_blocks then
      perform edge.refuse(source, format('it unfolds to more than %s SELECTs', max_blocks),
        'CTEs and views that are used several times unfold each time: publish parts, or keep results in tables.');
    end if;
    block := blocks[b + 1];
    query := block->'query';
    items := '{}';
    foreach i in array edge.node_items(jsonb_build_array(query->'jointree', query->'setOperations')) loop
      rte := query->'rtable'->(i - 1);
      child := null;
      if rte->>'rtekind' = '0' and rte->>'relkind' <> 'v' then
        items := items || jsonb_build_object(i, jsonb_build_object('instance', cardinality(instances)));
        instances := instances || jsonb_build_object('id', cardinality(instances), 'block', b, 'item', i,
          'view', block->'view', 'relation', (rte->>'relid')::oid, 'inherit', rte->'inh',
          'alias', rte->'eref'->'aliasname',
          'ghost', coalesce((block->>'in_ghost')::boolean, false));
      elsif rte->>'rtekind' = '0' then
        child := jsonb_build_object('use', 'derived', 'view', (rte->>'relid')::oid,
          'query', edge.view_query((rte->>'relid')::oid::regclass));
      elsif rte->>'rtekind' = '1' then
        child := jsonb_build_object('lexical', b, 'query', rte->'subquery', 'use',
          case when query->'setOperations' = 'null' then 'derived' else 'branch' end);
      elsif rte->>'rtekind' = '6' and rte->>'self_reference' = 'false' then
        definer := block;
        for up in 1 .. (rte->>'ctelevelsup')::int loop
          definer := blocks[(definer->>'lexical')::int + 1];
        end loop;
        select jsonb_build_object('lexical', definer->'id', 'use', 'derived',
                                  'query', cte->'ctequery', 'recursive', cte->'cterecursive')
          into child
          from jsonb_array_elements(definer->'query'->'cteList') as cte
          where cte->>'ctename' = rte->>'ctename';
      end if;
      if child is not null then
        items := items || jsonb_build_object(i, jsonb_build_object('block', cardinality(blocks)));
        blocks := blocks || (jsonb_build_object('view', block->'view') || child
          || jsonb_build_object('id', cardinality(blocks), 'in_ghost', block->'in_ghost'));
      end if;
    end loop;
    for s in select * from edge.block_sublinks(query) loop
      blocks := blocks || jsonb_build_object('id', cardinality(blocks), 'use', 'sublink', 'lexical', b,
        'view', block->'view', 'query', s.sublink->'subselect', 'in_ghost', block->'in_ghost', 'in_filter', s.in_filter,
        'type', s.sublink->'subLinkType', 'testexpr', s.sublink->'testexpr');
    end loop;
    block := block || jsonb_build_object('items', items);
    if block->>'use' in ('source', 'derived', 'branch') and ghosts < max_ghosts
       and edge.partition_columns(query) <> '{}' then
      ghosts := ghosts + 1;
      block := block || jsonb_build_object('ghost', cardinality(blocks));
      blocks := blocks || jsonb_build_object('id', cardinality(blocks), 'use', 'ghost', 'query', query,
        'view', block->'view', 'lexical', block->'lexical', 'in_ghost', true);
    end if;
    blocks[b + 1] := block;
    b := b + 1;
  end loop;
  return jsonb_build_object('blocks', to_jsonb(blocks), 'instances', to_jsonb(instances));
end $$;

-- A plain table, as if it were a view of all its columns; columns keep their numbers.
create or replace function edge.table_query(source regclass) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('node', 'QUERY', 'setOperations', null, 'cteList', null,
    'rtable', jsonb_build_array(jsonb_build_object('rtekind', '0', 'relid', source::oid::text,
      'relkind', (select relkind from pg_catalog.pg_class where oid = source), 'inh', 'true',
      'eref', jsonb_build_object('aliasname', (select relname from pg_catalog.pg_class where oid = source)))),
    'jointree', jsonb_build_object('node', 'FROMEXPR', 'quals', null,
      'fromlist', jsonb_build_array(jsonb_build_object('node', 'RANGETBLREF', 'rtindex', '1'))),
    'targetList', (select jsonb_agg(jsonb_build_object('node', 'TARGETENTRY', 'resno', attnum::text,
        'resjunk', 'false', 'ressortgroupref', '0', 'expr', jsonb_build_object('node', 'VAR', 'varno', '1',
        'varattno', attnum::text, 'varlevelsup', '0', 'vartype', atttypid::text)))
      from pg_catalog.pg_attribute where attrelid = source and attnum > 0 and not attisdropped))
$$;

-- Columns ("varno.varattno") that are in DISTINCT ON and in every PARTITION BY of
-- a block; null where it has neither, empty where it has but they share no column.
create or replace function edge.partition_columns(query jsonb) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  common text[];
  clause jsonb;
begin
  for clause in
    select query->'distinctClause' where query->>'hasDistinctOn' = 'true'
    union all
    select w->'partitionClause' from jsonb_array_elements(nullif(query->'windowClause', 'null')) as w
  loop
    common := (
      select coalesce(array_agg(distinct concat_ws('.', t->'expr'->>'varno', t->'expr'->>'varattno')), '{}')
      from jsonb_array_elements(nullif(clause, 'null')) as g
      join jsonb_array_elements(nullif(query->'targetList', 'null')) as t
        on t->>'ressortgroupref' = g->>'tleSortGroupRef'
      where t->'expr'->>'node' = 'VAR' and t->'expr'->>'varlevelsup' = '0'
        and (common is null
             or concat_ws('.', t->'expr'->>'varno', t->'expr'->>'varattno') = any (common)));
  end loop;
  return common;
end $$;

-- The same as VAR nodes.
create or replace function edge.partition_vars(query jsonb) returns setof jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select distinct on (name) t->'expr'
  from jsonb_array_elements(nullif(query->'targetList', 'null')) as t,
    lateral concat_ws('.', t->'expr'->>'varno', t->'expr'->>'varattno') as name
  where t->'expr'->>'node' = 'VAR' and t->'expr'->>'varlevelsup' = '0'
    and name = any (edge.partition_columns(query))
$$;
