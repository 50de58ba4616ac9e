-- Who pulls, how far they are, whether they sleep, and what the journal may forget.
-- The protocol and its proof: docs/decisions/0014, tests/models.

-- Registers a consumer or renews its leases, tells what it has applied (null: nothing
-- since it registered), and prunes. To be called before the first pull, and then once a second or so.
--
-- Answer    'asleep'  it sleeps, and was rung without a break since it fell asleep
--           'awake'   it does not, or its sleep lapsed: to sleep it must fall anew
--           'silent'  nobody is ever rung: edge.configure(bell => false)
-- Lapse     Where no lease was live, triggers did not journal. So (1) the lease is set,
--           (2) the clock is read: where the former one had run out, (3) the gap is set
--           to an own transaction id X, (4) pulls may go by the journal again. A writer
--           that saw no lease has an id below X, and every pull that sees it commit
--           knows to reload. Broken off before (4), the next registration does it again.
--           A crash takes the lease too: prepared transactions, whose journal rows it
--           took, have ids below X as well.
-- Clock     Read after a lease was set to tell whether the former one had held so long,
--           and before, to say until when the new one holds. Either way round is not
--           safe (tests/models).
-- Caller    At READ COMMITTED, in a transaction that has not written.
create or replace function edge.acknowledge(consumer text, applied pg_snapshot, lease_s int) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  until bigint;
  formerly bigint;
begin
  if lease_s is null or lease_s not between 1 and 3600 then
    perform edge.complain(format('a lease of %s s is out of bounds', coalesce(lease_s::text, 'null')), 'Give 1 to 3600 seconds.');
  elsif consumer is null or length(consumer) not between 1 and 200 then
    perform edge.complain('a consumer needs a name of 1 to 200 characters', 'The node''s name does.');
  elsif pg_current_xact_id_if_assigned() is not null then
    perform edge.complain('edge.acknowledge was called in a transaction that has written',
      'Call it in a transaction of its own.');
  end if;
  perform edge.lock_consumers();
  until := floor(extract(epoch from clock_timestamp()))::bigint + lease_s;
  formerly := coalesce(pg_sequence_last_value('edge.followed'), 0);
  perform setval('edge.lease', greatest(until, pg_sequence_last_value('edge.lease')));
  if formerly < extract(epoch from clock_timestamp()) then
    perform setval('edge.gap', pg_current_xact_id()::text::bigint);
  end if;
  perform setval('edge.followed', greatest(until, formerly));
  insert into edge.consumer as c (name, applied, lease)
  values (consumer, coalesce(applied, pg_current_snapshot()), to_timestamp(until))
  on conflict (name) do update set applied = coalesce(acknowledge.applied, c.applied), lease = excluded.lease;
  perform edge.prune();
  return case when not (select bell from edge.settings) then 'silent'
              when edge.sleeps_on(consumer, until) then 'asleep' else 'awake' end;
end $$;

-- One consumer at a time, each seeing what those before it wrote.
create or replace function edge.lock_consumers() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    perform edge.complain(format('the leases were to be changed at %s', current_setting('transaction_isolation')),
      'BEGIN ISOLATION LEVEL READ COMMITTED first.');
  end if;
  lock table edge.consumer in share row exclusive mode;
end $$;

-- Renews the sleep of a consumer that sleeps; whether it was rung all the time.
create or replace function edge.sleeps_on(consumer text, until bigint) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  formerly constant timestamptz := (select c.asleep from edge.consumer c where c.name = consumer);
begin
  if formerly is null then return false; end if;
  update edge.consumer c set asleep = to_timestamp(until) where c.name = consumer;
  perform edge.raise_flag();
  if clock_timestamp() < formerly then return true; end if;
  perform edge.stay_awake(consumer);
  return false;
end $$;

-- The flag that triggers look at: until when somebody sleeps.
create or replace function edge.raise_flag() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  select setval('edge.asleep', coalesce((select extract(epoch from max(asleep))::bigint from edge.consumer), 1))
$$;

create or replace function edge.stay_awake(consumer text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update edge.consumer c set asleep = null where c.name = consumer;
  perform edge.raise_flag();
end $$;

-- From the end of this transaction on, a registered consumer is rung, for as long as
-- its lease lasts: beyond it, triggers that see no lease would not ring either. Answers
-- whether it may sleep: not where it is not registered, or the bell is off.
--
-- Then      In a later transaction it takes an own id X = pg_current_xact_id(), and
--           pulls until the xmin of a pull's snapshot has reached X: only then has it
--           seen all who may have looked at the flag before it was set.
create or replace function edge.fall_asleep(consumer text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform edge.lock_consumers();
  if not (select bell from edge.settings) then return false; end if;
  update edge.consumer c set asleep = c.lease where c.name = consumer;
  if not found then return false; end if;
  perform edge.raise_flag();
  return true;
end $$;

-- From now on nobody rings for this consumer: it pulls by itself.
create or replace function edge.wake(consumer text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform edge.lock_consumers();
  perform edge.stay_awake(consumer);
end $$;

-- Ends a consumer's leases. With the last one the triggers rest; pulls know first.
create or replace function edge.release(consumer text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  until bigint;
begin
  perform edge.lock_consumers();
  delete from edge.consumer c where c.name = release.consumer;
  until := coalesce((select extract(epoch from max(lease))::bigint from edge.consumer), 1);
  perform setval('edge.followed', least(until, pg_sequence_last_value('edge.followed')));
  perform setval('edge.lease', least(until, pg_sequence_last_value('edge.lease')));
  perform edge.raise_flag();
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
  if edge.journal_bytes(settings.journal_max_mb * 1048576::bigint) > settings.journal_max_mb * 1048576::bigint then
    bound := greatest(bound, newest);  -- who is up to date loses nothing by it
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

-- About how much is alive in the journal; its file says that only while it is below
-- `enough`, since space that was freed stays in it to be used again.
create or replace function edge.journal_bytes(enough bigint) returns numeric
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  file constant bigint := pg_relation_size('edge.journal');
begin
  if file <= enough then return file; end if;
  return pg_stat_get_live_tuples('edge.journal'::regclass) * coalesce((
    select avg(pg_column_size(j.*)) + 8 from (select * from edge.journal order by xid desc limit 100) as j), 0);
end $$;

-- Writes a new marker where there is none: at the first start and after a crash.
create or replace function edge.renew_marker() returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from edge.state where home <> tableoid;
  insert into edge.state (home) values ('edge.state'::regclass) on conflict do nothing;
  return (select marker from edge.state);
end $$;
