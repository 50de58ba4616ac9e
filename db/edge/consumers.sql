-- Who pulls, how far they are, and what the journal may forget.

-- Registers a consumer or renews its lease, tells what it has applied (null: nothing
-- yet), and prunes. To be called before the first pull, and then once a second or so.
--
-- Lapse     Where no lease was live, triggers did not journal. Whoever registers then
--           (1) sets the gap without bound, (2) sets the lease, (3) takes an own
--           transaction id X, (4) sets the gap to X. A writer that still saw no lease
--           has an id below X, so every pull that sees it commit knows to reload.
--           A crash takes the lease too: prepared transactions, whose journal rows
--           it took, have ids below X as well.
--           One at a time; broken off between (1) and (4), the next does it again.
-- Caller    At READ COMMITTED, in a transaction that has not written.
create or replace function edge.acknowledge(consumer text, applied pg_snapshot, lease_s int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  unbounded constant bigint := 9223372036854775807;
  until constant bigint := ceil(extract(epoch from clock_timestamp()))::bigint + lease_s;
begin
  if lease_s is null or lease_s not between 1 and 3600 then
    perform edge.complain(format('a lease of %s s is out of bounds', lease_s), 'Give 1 to 3600 seconds.');
  elsif consumer is null or length(consumer) not between 1 and 200 then
    perform edge.complain('a consumer needs a name of 1 to 200 characters', 'The node''s name does.');
  elsif pg_current_xact_id_if_assigned() is not null then
    perform edge.complain('edge.acknowledge was called in a transaction that has written',
      'Call it in a transaction of its own.');
  end if;
  lock table edge.consumer in share row exclusive mode;
  if coalesce(pg_sequence_last_value('edge.lease'), 0) < extract(epoch from clock_timestamp())
     or pg_sequence_last_value('edge.gap') = unbounded then
    perform setval('edge.gap', unbounded);
    perform setval('edge.lease', until);
    perform setval('edge.gap', pg_current_xact_id()::text::bigint);
  elsif pg_sequence_last_value('edge.lease') < until then
    perform setval('edge.lease', until);
  end if;
  insert into edge.consumer as c (name, applied, lease)
  values (consumer, coalesce(applied, pg_current_snapshot()), clock_timestamp() + make_interval(secs => lease_s))
  on conflict (name) do update set applied = excluded.applied, lease = excluded.lease;
  perform edge.prune();
end $$;

-- Ends a lease. With the last one the triggers rest.
create or replace function edge.release(consumer text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  lock table edge.consumer in share row exclusive mode;
  delete from edge.consumer c where c.name = release.consumer;
  perform setval('edge.lease', coalesce((select ceil(extract(epoch from max(lease)))::bigint from edge.consumer), 1));
end $$;

-- Deletes what every live consumer has applied, and at the latest what is older or
-- more than the settings allow. Returns the number of rows deleted.
--
-- Bound     `horizon` and `pruned` say what may be gone: rows of transactions below
--           `horizon` that the snapshot `pruned` sees. Whoever had not seen them reloads.
-- Cost      A range delete from the remembered lower bound; space comes back by autovacuum.
create or replace function edge.prune() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  now_seen constant pg_snapshot := pg_current_snapshot();
  state edge.state;
  settings edge.settings;
  size constant bigint := pg_relation_size('edge.journal');
  bound xid8; newest xid8; last xid8;
  deleted bigint;
begin
  select * into state from edge.state for update skip locked;
  if not found then return 0; end if;  -- no marker yet, or another consumer is pruning
  select * into settings from edge.settings;
  delete from edge.consumer where lease < clock_timestamp();

  select min(pg_snapshot_xmin(applied)::text::numeric)::text::xid8,
         coalesce(max(pg_snapshot_xmax(applied)::text::numeric)::text::xid8, pg_snapshot_xmax(now_seen))
    into bound, newest from edge.consumer;
  if state.sampled < clock_timestamp() - settings.journal_max_age then
    bound := greatest(bound, state.sample);
    update edge.state set sample = pg_snapshot_xmax(now_seen), sampled = clock_timestamp();
  end if;
  if size > settings.journal_max_mb * 1048576::bigint and size > state.forced_at * 1.1 then
    bound := greatest(bound, newest);  -- who is up to date loses nothing by it
    update edge.state set forced_at = size;
  end if;
  if bound is null or bound <= state.swept then return 0; end if;

  select xid into last from edge.journal where xid >= state.swept and xid < bound order by xid desc limit 1;
  delete from edge.journal where xid >= state.swept and xid <= last;
  get diagnostics deleted = row_count;
  -- rows of transactions that are still open stay, and are swept another time
  update edge.state set swept = least(bound, pg_snapshot_xmin(now_seen));
  if deleted > 0 then
    update edge.state set pruned = pg_current_snapshot(),
      horizon = greatest(horizon, (last::text::numeric + 1)::text::xid8);
  end if;
  return deleted;
end $$;

-- Writes a new marker where there is none: at the first start and after a crash.
create or replace function edge.renew_marker() returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from edge.state where home <> tableoid;
  insert into edge.state (home) values ('edge.state'::regclass) on conflict do nothing;
  return (select marker from edge.state);
end $$;
