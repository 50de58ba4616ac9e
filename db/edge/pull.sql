-- edge.pull: what became visible since a snapshot, as entries of the resources.
--
-- Caller    A session at REPEATABLE READ that has locked the views it holds. Everything
--           below sees that one snapshot: journal, declarations and views agree.
-- Promise   A copy that applies the rows is equal to the views at the snapshot in
--           row S, but for resources in a row B or W. Reads only.
-- Rows      S U N R E D, and in a survey F W B, as docs/decisions/0011 lays down. Of an
--           input only U and N.

-- Whether a transaction below `bound` became visible between `since` and `at`.
create or replace function edge.passed(since pg_snapshot, bound xid8, at pg_snapshot) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return pg_snapshot_xmax(since) < least(bound, pg_snapshot_xmax(at))
      or exists (select from pg_snapshot_xip(since) as x where x < bound and pg_visible_in_snapshot(x, at));
end $$;

-- Why a consumer at `since` can not go by the journal alone; null if it can. The
-- gap is read last: by then it is set, if `followed` was.
create or replace function edge.reload_reason(since pg_snapshot, marker uuid, state edge.state, seen pg_snapshot)
returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  followed constant boolean :=
    coalesce(pg_sequence_last_value('edge.followed'), 0) >= extract(epoch from clock_timestamp());
  gap constant xid8 :=
    case when followed then coalesce(pg_sequence_last_value('edge.gap'), 0) else 9223372036854775807 end::text::xid8;
begin
  return case
    when since is null then 'initial'
    when marker is null or state.marker is distinct from marker then 'marker'
    when edge.passed(since, state.horizon, state.pruned) then 'horizon'
    when edge.passed(since, gap, seen) then 'gap'
  end;
end $$;

-- Whether so many rows were touched that reading everything is cheaper.
create or replace function edge.is_bulk(journal_rows numeric, roots oid[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if journal_rows <= 1000 then return false; end if;
  return journal_rows > (
    select case when bool_or(reltuples < 0) then 100000 else sum(reltuples) / 5 end
    from pg_catalog.pg_class where oid = any (roots));
end $$;

-- The state of a resource's surroundings: why it cannot be read, what was changed
-- under it since it was published, and the files its rows are in.
create or replace function edge.survey(name text, out broken text, out changed text, out storage text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r edge.resource;
  tables oid[];
begin
  select * into r from edge.resource p where p.name = survey.name;
  broken := edge.broken_reason(r.source, r.declaration);
  if broken is null then
    tables := edge.watched_tables(r.watched);
    changed := edge.shape_difference(r.shape, edge.shape(r.watched, tables));
    storage := edge.storage(r.watched, tables);
  end if;
end $$;

-- `held` tells of each resource that the caller has: its `revision`; `loaded`, whether
-- also its entries; `skip`, not to be read now, since it could not be; `storage`, from
-- the last row F; `again`, read it whole if the catalog under it was changed.
create or replace function edge.pull(since pg_snapshot, marker uuid, held jsonb, survey boolean default false)
returns table (kind text, resource text, key text, columns text[], value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'postgres'
set extra_float_digits = 1 set bytea_output = 'hex' set lc_monetary = 'C' set array_nulls = on
set jit = off set plan_cache_mode = force_generic_plan
set random_page_cost = 1  -- a few entries each: by index, not by hashing a small table for every key
as $$
#variable_conflict use_column
declare
  seen constant pg_snapshot := pg_current_snapshot();
  state edge.state;
  after xid8; unseen xid8[];
  reload text;             -- why everything must be read whole
  touched int[]; keys bigint[]; texts text[];  -- the journal's rows
  whole int[];             -- links of which it says the whole table
  r record;
  broken text; changed text; storage text;  -- what a survey finds
  why text;
begin
  if pg_is_in_recovery() then
    raise exception 'edge.pull needs the primary server: a standby''s snapshots do not list running transactions'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Point EDGE_UPSTREAM at the primary.';
  end if;
  select s.* into state from edge.state s where s.home = s.tableoid;
  return query select 'S', null::text, state.marker::text, null::text[], seen::text;

  reload := edge.reload_reason(since, pull.marker, state, seen);
  if reload is null then
    after := pg_snapshot_xmax(since);
    unseen := array(select pg_snapshot_xip(since));
    select array_agg(j.link), array_agg(j.key), array_agg(j.keys),
           array_agg(j.link) filter (where j.key is null and j.keys is null)
      into touched, keys, texts, whole
      from (select distinct link, key, keys from edge.journal_since(after, unseen)) as j;
  end if;

  for r in
    select coalesce(p.name, h.key) as name, p.id, p.revision, p.source, p.links, p.whole, p.roots, h.value as held,
           case when h.value->>'revision' is distinct from p.revision::text then p.declaration end as declaration,
           (h.value->>'skip')::boolean is true as skip
    from edge.resource p full join jsonb_each(pull.held) as h on h.key = p.name
    order by 1
  loop
    if r.revision is null then
      return query select 'U', r.name, null::text, null::text[], null::text;
      continue;
    elsif r.declaration is not null then
      return query select 'N', r.name, null::text, null::text[],
        (r.declaration || jsonb_build_object('revision', r.revision))::text;
      continue;
    elsif r.source is null then  -- an input: its entries are not here
      continue;
    end if;
    if survey then
      select * into broken, changed, storage from edge.survey(r.name);
      return query select l.kind, r.name, null::text, null::text[], l.value
        from (values ('B', broken), ('W', changed), ('F', storage)) as l(kind, value) where l.value is not null;
    end if;
    if r.skip or broken is not null then continue; end if;
    why := case
      when not (r.held->>'loaded')::boolean then 'initial'
      when reload is not null then reload
      when changed is not null and (r.held->>'again')::boolean then 'changed'
      when storage <> r.held->>'storage' then 'rewritten'
      when r.whole && touched then 'fallback'
      when r.links && whole then 'truncate'
      when cardinality(touched) > 1000 and edge.is_bulk((
        select count(*) from unnest(touched) as link where link = any (r.links)), r.roots) then 'bulk' end;
    if why is null and r.links && touched then
      begin
        return query execute format('select * from edge.changes_%s_%s($1, $2, $3)', r.id, r.revision)
          using touched, keys, texts;
      exception when others then  -- a table was changed since the publication, or it is being published anew
        raise warning 'edge: all of % is read: %', r.name, sqlerrm using hint = 'Publish it again.';
        why := 'fallback';
      end;
    end if;
    if why is not null then
      return query select 'R', r.name, null::text, null::text[], why;
    end if;
  end loop;
end $$;
