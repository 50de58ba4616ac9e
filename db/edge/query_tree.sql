-- Reads a view's stored query tree (pg_rewrite.ev_action) as jsonb.
--
-- A node {VAR :varno 3 ...} becomes {"node":"VAR","varno":"3",...}; lists become
-- arrays, <> null, every atom a string. Parsed by position, as the server reads
-- it: an alias may be called `:x`, and then it stands where a value stands.

create or replace function edge.node_tree(tree text) returns jsonb
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
  tokens constant text[] := array(
    select m[1] from regexp_matches(tree, '([(){}]|(?:\\.|[^ \n\t(){}\\])+)', 'g') as m);
  pieces text[] := '{}';
  inside text[] := '{}';     -- stack: what encloses the current token, '{' or '('
  first boolean[] := '{}';   -- stack: nothing came before it in its list
  depth int := 0;
  label boolean;             -- in a node: a label is due
  token text;
  i int := 1;
begin
  while i <= cardinality(tokens) loop
    token := tokens[i];
    i := i + 1;
    if token = '}' or token = ')' then
      pieces := pieces || case token when '}' then '}' else ']' end;
      depth := depth - 1;
      label := depth > 0 and inside[depth] = '{';
      continue;
    end if;
    if depth > 0 and inside[depth] = '{' and label then  -- :name, always
      pieces := pieces || (',' || to_json(substr(token, 2))::text || ':');
      label := false;
      continue;
    end if;
    if depth > 0 and inside[depth] = '(' then
      if not first[depth] then pieces := pieces || ','::text; end if;
      first[depth] := false;
    end if;
    if token = '{' then
      pieces := pieces || ('{"node":' || to_json(tokens[i])::text);
      i := i + 1;
      depth := depth + 1; inside[depth] := '{'; label := true;
      continue;
    elsif token = '(' then
      pieces := pieces || '['::text;
      depth := depth + 1; inside[depth] := '('; first[depth] := true;
      continue;
    end if;
    if token = '<>' then
      pieces := pieces || 'null'::text;
    elsif token ~ '^".*"$' then
      pieces := pieces || to_json(regexp_replace(substr(token, 2, length(token) - 2), '\\(.)', '\1', 'g'))::text;
    else
      pieces := pieces || to_json(regexp_replace(token, '\\(.)', '\1', 'g'))::text;
    end if;
    if tokens[i] = '[' then  -- the bytes of a constant: 4 [ 42 0 0 0 ]
      while tokens[i] <> ']' loop i := i + 1; end loop;
      i := i + 1;
    end if;
    label := depth > 0 and inside[depth] = '{';
  end loop;
  return array_to_string(pieces, '')::jsonb;
end $$;

-- The QUERY node of a view.
create or replace function edge.view_query(source regclass) returns jsonb
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select edge.node_tree(ev_action::text) -> 0
  from pg_catalog.pg_rewrite where ev_class = source and rulename = '_RETURN'
$$;
