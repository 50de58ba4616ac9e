-- edge.pull: what became visible since a snapshot, as entries of the resources.
--
-- Caller    A session at REPEATABLE READ that has locked the views it holds. Everything
--           below sees that one snapshot: journal, declarations and views agree.
-- Promise   A copy that applies the rows is equal to the views at the snapshot in
--           row S. Reads only.
-- Rows      S U N R E D, as docs/decisions/0011 lays down.

-- Whether a pruning may have taken rows that were not yet visible at `since`.
create or replace function edge.is_behind(since pg_snapshot, state edge.state) returns boolean
language sql stable set search_path = '' as $$
  select pg_snapshot_xmax(since) < state.horizon
      or exists (select from pg_snapshot_xip(since) as x
                 where x < state.horizon and pg_visible_in_snapshot(x, state.pruned))
$$;

create or replace function edge.pull(since pg_snapshot, marker uuid, held jsonb)
returns table (kind text, resource text, key text, columns text[], value text)
language plpgsql stable security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'postgres'
set extra_float_digits = 1 set bytea_output = 'hex' set lc_monetary = 'C'
set jit = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  seen constant pg_snapshot := pg_current_snapshot();
  state edge.state;
  after xid8; unseen xid8[];
  reload text;             -- why everything must be read whole
  touched int[]; whole int[];
  r record;
  why text;
begin
  if pg_is_in_recovery() then
    raise exception 'edge.pull needs the primary server: a standby''s snapshots do not list running transactions'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Point EDGE_UPSTREAM at the primary.';
  end if;
  select s.* into state from edge.state s;
  return query select 'S', null::text, state.marker::text, null::text[], seen::text;

  if since is null then reload := 'initial';
  elsif state.marker is null or pull.marker is distinct from state.marker then reload := 'marker';
  elsif edge.is_behind(since, state) then reload := 'horizon';
  elsif exists (select from unnest(state.prepared) as x  -- it outlived a crash, its journal rows did not
                where not pg_visible_in_snapshot(x, since) and pg_visible_in_snapshot(x, seen)) then reload := 'marker';
  else
    after := pg_snapshot_xmax(since);
    unseen := array(select pg_snapshot_xip(since));
    select array_agg(distinct j.link), array_agg(distinct j.link) filter (where j.key is null and j.keys is null)
      into touched, whole from edge.journal_since(after, unseen) as j;
  end if;

  for r in
    select coalesce(p.name, h.key) as name, p.id, p.revision, p.links, p.whole, h.value as held,
           case when h.value->>'revision' is distinct from p.revision::text then p.declaration end as declaration
    from edge.resource p full join jsonb_each(pull.held) as h on h.key = p.name
    order by 1
  loop
    if r.revision is null then
      return query select 'U', r.name, null::text, null::text[], null::text;
      continue;
    elsif r.declaration is not null then
      return query select 'N', r.name, null::text, null::text[], (r.declaration || jsonb_build_object('revision', r.revision))::text;
      continue;
    end if;
    why := case
      when not (r.held->>'loaded')::boolean then 'initial'
      when reload is not null then reload
      when r.whole && touched then 'fallback'
      when r.links && whole then 'truncate' end;
    if why is null and r.links && touched then
      begin
        return query execute format('select * from edge.changes_%s_%s($1, $2)', r.id, r.revision) using after, unseen;
      exception when undefined_table or undefined_column or undefined_function or undefined_object or datatype_mismatch then
        why := 'fallback';  -- a table was changed since the publication
      end;
    end if;
    if why is not null then
      return query select 'R', r.name, null::text, null::text[], why;
    end if;
  end loop;
end $$;
