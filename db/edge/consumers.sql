-- Who pulls, how far they are, and what the journal may forget.

-- Registers a consumer or renews its lease, tells what it has applied, and prunes.
-- A consumer that stays away longer than its lease reloads when it comes back late.
create or replace function edge.acknowledge(consumer text, applied pg_snapshot, lease_s int) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if lease_s not between 1 and 3600 then
    perform edge.complain(format('a lease of %s s is out of bounds', lease_s), 'Give 1 to 3600 seconds.');
  end if;
  insert into edge.consumer as c (name, applied, lease)
  values (consumer, applied, clock_timestamp() + make_interval(secs => lease_s))
  on conflict (name) do update set applied = excluded.applied, lease = excluded.lease;
  perform edge.prune();
end $$;

create or replace function edge.release(consumer text) returns void
language sql security definer set search_path = '' as $$
  delete from edge.consumer where name = release.consumer
$$;

-- Deletes what every live consumer has applied, and at the latest what is older or
-- more than the settings allow. Returns the number of rows deleted.
--
-- Bound     `horizon` and `pruned` say what may be gone: rows of transactions below
--           `horizon` that the snapshot `pruned` sees. Whoever had not seen them reloads.
-- Cost      A range delete from the remembered lower bound; space comes back by autovacuum.
create or replace function edge.prune() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  now_seen constant pg_snapshot := pg_current_snapshot();
  state edge.state;
  settings edge.settings;
  bound xid8; forced xid8;
  deleted bigint;
begin
  select * into state from edge.state for update skip locked;
  if not found then return 0; end if;  -- no marker yet, or another consumer is pruning
  select * into settings from edge.settings;
  delete from edge.consumer where lease < clock_timestamp();

  -- pg_snapshot is not ordered; its xmin is: below it everything is applied
  select min(pg_snapshot_xmin(applied)::text::numeric)::text::xid8 into bound from edge.consumer;
  if state.sampled < clock_timestamp() - settings.journal_max_age then
    forced := state.sample;
    update edge.state set sample = pg_snapshot_xmax(now_seen), sampled = clock_timestamp();
  end if;
  if pg_relation_size('edge.journal') > settings.journal_max_mb * 1048576::bigint then
    forced := pg_snapshot_xmax(now_seen);
  end if;
  bound := greatest(bound, forced);
  if bound is null or bound <= state.swept then return 0; end if;

  delete from edge.journal where xid >= state.swept and xid < bound;
  get diagnostics deleted = row_count;
  -- rows of transactions that are still open stay, and are swept another time
  update edge.state set swept = least(bound, pg_snapshot_xmin(now_seen));
  if deleted > 0 then
    update edge.state set horizon = greatest(horizon, bound), pruned = now_seen;
  end if;
  return deleted;
end $$;

-- Writes a new marker where there is none: at the first start and after a crash.
create or replace function edge.renew_marker() returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  current constant bigint := pg_current_xact_id()::text::bigint;
begin
  insert into edge.state (prepared)
  select coalesce(array_agg((current - (current - transaction::text::bigint) % 4294967296)::text::xid8), '{}')
  from pg_catalog.pg_prepared_xacts where database = current_database()
  on conflict do nothing;
  return (select marker from edge.state);
end $$;
