-- The conditions by which rows of one table lead to rows of another.
--
-- An edge {"to", "column", "form", "from": [...], "operator", "any", "collation",
-- "collates", "flipped", "equal", "null_safe"} says: of instance `to` only rows matter that satisfy
-- `from operator to` together with a row of `from` that matters (flipped: `to
-- operator from`). `from` has one origin per branch of a union, of which all count.
-- `any`: the right operand is an array, one of whose elements must satisfy it.
-- `collates` is the operand, left or right, that takes the collation.

-- A condition that is an edge: a strict and immutable operator between two columns,
-- or between one and any element of the other.
create or replace function edge.strict_operator(conjunct jsonb)
returns table (name text, of_any boolean, equal boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('operator(%I.%s)', n.nspname, o.oprname), of_any, (o.oprcanmerge or o.oprcanhash) and not of_any
  from (select conjunct->>'node' = 'SCALARARRAYOPEXPR') as x(of_any),
     pg_catalog.pg_operator o
  join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  join pg_catalog.pg_proc p on p.oid = o.oprcode
  where (conjunct->>'node' = 'OPEXPR' or of_any and conjunct->>'useOr' = 'true') and o.oid = (conjunct->>'opno')::oid
    and o.oprkind = 'b' and o.oprresult = 'bool'::regtype
    and p.proisstrict and p.provolatile = 'i'
$$;

create or replace function edge.split_and(quals jsonb) returns setof jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  with recursive walk(n) as (
    select quals
    union all
    select child from walk, lateral jsonb_array_elements(
      case when jsonb_typeof(n) = 'array' then n else n->'args' end) as child
    where jsonb_typeof(n) = 'array' or (n->>'node' = 'BOOLEXPR' and n->>'boolop' = 'and')
  )
  select n from walk
  where jsonb_typeof(n) = 'object' and not (n->>'node' = 'BOOLEXPR' and n->>'boolop' = 'and')
$$;

-- Tables whose row cannot be missing (null-extended) where these conditions hold.
create or replace function edge.strict_items(query jsonb, quals jsonb) returns int[]
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct item), '{}')
  from edge.split_and(quals) as c,
  lateral (
    select edge.local_item(query, arg) from jsonb_array_elements(nullif(c->'args', 'null')) as arg
      where exists (select from edge.strict_operator(c))
    union all
    select edge.local_item(query, c->'arg') where c->>'node' = 'NULLTEST' and c->>'nulltesttype' = '1'
  ) as found(item)
  where item is not null
$$;

-- All top-level conditions under a node of the join tree, each with the tables it
-- may lead to (null: to any). That is the heart of soundness for outer joins: the
-- condition of a LEFT JOIN says nothing about the rows of the preserved side, so it
-- leads into the nullable side only. `present`: tables whose row cannot be missing
-- in any row that counts; an outer join whose nullable side they are in is an inner one.
create or replace function edge.conjuncts(query jsonb, node jsonb, present int[])
returns table (conjunct jsonb, targets int[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  child jsonb;
  lefts int[]; rights int[];
  jointype text;
  here int[];
begin
  if node->>'node' = 'FROMEXPR' then
    present := present || edge.strict_items(query, node->'quals');
    return query select c, null::int[] from edge.split_and(node->'quals') as c;
    for child in select value from jsonb_array_elements(nullif(node->'fromlist', 'null')) loop
      return query select * from edge.conjuncts(query, child, present);
    end loop;
  elsif node->>'node' = 'JOINEXPR' then
    lefts := edge.node_items(node->'larg');
    rights := edge.node_items(node->'rarg');
    jointype := edge.reduced_join(node->>'jointype', present && lefts, present && rights);
    here := case jointype when 'left' then rights when 'right' then lefts when 'full' then '{}' end;
    return query select c, here from edge.split_and(node->'quals') as c;
    return query select * from edge.conjuncts(query, node->'larg', present ||
      case when jointype in ('inner', 'right') then edge.strict_items(query, node->'quals') else '{}' end);
    return query select * from edge.conjuncts(query, node->'rarg', present ||
      case when jointype in ('inner', 'left') then edge.strict_items(query, node->'quals') else '{}' end);
  end if;
end $$;

create or replace function edge.reduced_join(jointype text, left_present boolean, right_present boolean)
returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case jointype
    when '0' then 'inner'
    when '1' then case when right_present then 'inner' else 'left' end
    when '3' then case when left_present then 'inner' else 'right' end
    when '2' then case when left_present and right_present then 'inner'
                       when left_present then 'left' when right_present then 'right' else 'full' end
  end
$$;

-- Tables of a block that an outer join may extend with nulls.
create or replace function edge.nullable_items(node jsonb) returns int[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
  with recursive walk(n) as (
    select node
    union all
    select child from walk, lateral jsonb_array_elements(
      case when jsonb_typeof(n) = 'array' then n
           else jsonb_build_array(n->'fromlist', n->'larg', n->'rarg') end) as child
    where jsonb_typeof(n) = 'array' or n->>'node' in ('FROMEXPR', 'JOINEXPR')
  )
  select coalesce(array_agg(item), '{}')
  from walk, lateral (
    select unnest(edge.node_items(n->'rarg')) where n->>'jointype' in ('1', '2')
    union all
    select unnest(edge.node_items(n->'larg')) where n->>'jointype' in ('2', '3')
  ) as side(item)
  where n->>'node' = 'JOINEXPR'
$$;

-- The edge to origin `o` by a condition whose other side has `origins`; null where rows
-- were grouped on the way down by an equality that is coarser than the condition.
create or replace function edge.edge_to(o jsonb, origins jsonb, conjunct jsonb, flipped boolean) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('to', o->'instance', 'column', o->'column', 'form', o->'form', 'from', origins,
    'operator', op.name, 'any', op.of_any, 'equal', op.equal, 'collation', conjunct->'inputcollid', 'collates',
    case when (select typcollation <> 0 from pg_catalog.pg_type
               where oid = edge.expr_type(conjunct->'args'->0)::oid) then 'left' else 'right' end,
    'flipped', flipped, 'null_safe', false)
  from edge.strict_operator(conjunct) as op
  where not o ? 'equality' or (op.name = o->>'equality' and not op.of_any and conjunct->>'inputcollid' = o->>'collation')
$$;

-- Both directions of one condition between expressions of block `b`.
create or replace function edge.edges_of(blocks jsonb, b int, conjunct jsonb, targets int[]) returns setof jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select e
  from edge.strict_operator(conjunct),
    lateral (values (conjunct->'args'->0, conjunct->'args'->1, false),
                    (conjunct->'args'->1, conjunct->'args'->0, true)) as direction(source, target, flipped),
    lateral (select edge.origin(blocks, b, source, false)) as s(origins),
    lateral jsonb_array_elements(edge.origin(blocks, b, target, true)) as o,
    lateral edge.edge_to(o, origins, conjunct, flipped) as e
  where origins is not null and e is not null
    and (targets is null or edge.local_item(blocks->b->'query', target) = any (targets))
$$;

-- `x IN (SELECT y …)` in a filter leads from x to y, and to no other place: where
-- its being null or false makes a difference, one null among the y changes it all.
create or replace function edge.sublink_edges(blocks jsonb, block jsonb) returns setof jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select e
  from edge.split_and(block->'testexpr') as c,
    lateral edge.strict_operator(c),
    lateral (select edge.origin(blocks, (block->>'lexical')::int, c->'args'->0, false)) as s(origins),
    lateral edge.parameter(c->'args'->1) as resno,
    lateral jsonb_array_elements(edge.output_origin(blocks, (block->>'id')::int, resno, true)) as o,
    lateral edge.edge_to(o, origins, c, false) as e
  where block->>'use' = 'sublink' and block->>'type' = '2' and block->>'in_filter' = 'true'
    and resno is not null and origins is not null and e is not null
$$;

-- The number of the sublink's column that a parameter stands for, casts without code ignored.
create or replace function edge.parameter(expr jsonb) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when expr->>'node' = 'RELABELTYPE' then edge.parameter(expr->'arg')
              when expr->>'node' = 'PARAM' and expr->>'paramkind' = '2' then (expr->>'paramid')::int end
$$;

-- A block with windows is tied to its ghost by the partition columns, null-safely:
-- whoever shares a partition with a row that matters, matters. A null-extended
-- column can not be tied, for there is no row to tie.
create or replace function edge.ghost_edges(blocks jsonb, block jsonb) returns setof jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('to', o->'instance', 'column', o->'column', 'form', o->'form', 'from', origins,
    'operator', edge.equality_of((expr->>'vartype')::oid), 'any', false, 'equal', false, 'collation', expr->'varcollid',
    'collates', 'left', 'flipped', false, 'null_safe', true)
  from edge.partition_vars(block->'query') as expr,
    lateral (select edge.origin(blocks, (block->>'ghost')::int, expr, false)) as s(origins),
    lateral jsonb_array_elements(edge.origin(blocks, (block->>'id')::int, expr, true)) as o
  where block ? 'ghost' and jsonb_array_length(origins) = 1
    and (not o ? 'equality' or o->>'collation' = expr->>'varcollid')
    and not exists (
      select from jsonb_array_elements(o->'path') as step
      where (step->>1)::int = any (edge.nullable_items(blocks->((step->>0)::int)->'query'->'jointree')))
$$;

-- `present`: [block, item] pairs that a non-null key implies.
create or replace function edge.edges(blocks jsonb, present jsonb) returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  block jsonb; b int;
  c record;
begin
  for block in select value from jsonb_array_elements(blocks) loop
    b := (block->>'id')::int;
    for c in
      select * from edge.conjuncts(block->'query', block->'query'->'jointree',
        array(select (p->>1)::int from jsonb_array_elements(present) as p where (p->>0)::int = b))
    loop
      return query select * from edge.edges_of(blocks, b, c.conjunct, c.targets);
    end loop;
    return query select * from edge.sublink_edges(blocks, block);
    return query select * from edge.ghost_edges(blocks, block);
  end loop;
end $$;
