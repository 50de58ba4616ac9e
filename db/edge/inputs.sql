-- edge.publish_input: a collection without a table, which clients write through the edges.
--
-- Edges hold its entries in memory; the database only says that there is such a collection
-- and how long an entry lasts that nobody writes again. So nothing is captured, locked,
-- journaled or surveyed for it, and no grant is needed. edge.unpublish removes it.

create or replace function edge.publish_input(name text, ttl_s int default 60) returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  declaration jsonb; digest text;
  known edge.resource;
  new_revision bigint;
begin
  perform edge.check_publisher();
  perform edge.check_arguments(name, '{key}', '{}', null, null);
  if ttl_s is null or ttl_s not between 1 and 86400 then
    perform edge.complain(format('a time to live of %s s is out of bounds', coalesce(ttl_s::text, 'null')),
      'Give 1 to 86400 seconds; whoever writes an entry repeats it well within that time.');
  end if;
  lock table edge.resource in share row exclusive mode;
  perform edge.check_kind(name, true);
  declaration := jsonb_build_object('name', name, 'view', null, 'key', '{key}'::text[], 'columns', '[]'::jsonb,
    'sort', '[]'::jsonb, 'filters', '[]'::jsonb, 'owner', null, 'default_limit', null, 'max_limit', null, 'load', null,
    'input', jsonb_build_object('ttl_s', ttl_s));
  digest := md5(declaration::text);
  select * into known from edge.resource r where r.name = publish_input.name;
  if known.definition is distinct from digest then
    new_revision := nextval('edge.revision');
    insert into edge.resource as r (name, revision, arguments, source, declaration, definition, ways, links, whole, roots)
    values (name, new_revision, jsonb_build_object('ttl_s', ttl_s), null, declaration, digest, '[]', '{}', '{}', '{}')
    on conflict on constraint resource_pkey do update set
      revision = excluded.revision, arguments = excluded.arguments, declaration = excluded.declaration,
      definition = excluded.definition;
    perform edge.ring() from edge.settings where bell;
  end if;
  return format('%s: revision %s%s', name, coalesce(new_revision, known.revision),
    case when new_revision is null then ', unchanged' else '' end);
end $$;
