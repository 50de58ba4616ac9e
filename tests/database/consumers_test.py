"""Leases, pruning, and what a crash takes."""
import os
import subprocess
import time

import psycopg2

from support import EdgeTest, Mirror, connect, rows, value


class ConsumersTest(EdgeTest):

    def setUp(self):
        self.run_sql("""create table if not exists things (id int primary key, name text);
                        truncate things; select edge.publish('things', 'things', key => 'id')""")
        self.run_sql('select edge.release(name) from edge.consumer')
        self.run_sql('delete from edge.journal')

    def new_mirror(self, name='mirror'):
        mirror = Mirror(self.dbname, name=name)
        self.addCleanup(mirror.close)
        return mirror

    def told(self, mirror):
        equal = lambda m: self.assertEqual(m.load('things'), m.contents['things'])
        return [(r[0], r[2] or r[4]) for r in mirror.pull(equal)[1:]]

    def journal(self):
        return value(self.sql, 'select count(*) from edge.journal')

    def end_leases(self):
        """As if no consumer had been heard of for longer than its lease."""
        self.run_sql("select setval('edge.lease', 1), setval('edge.followed', 1)")


class Pruning(ConsumersTest):

    def test_what_all_have_applied_is_forgotten(self):
        first, second = self.new_mirror('first'), self.new_mirror('second')
        first.pull()
        second.pull()
        self.run_sql('insert into things values (1)')
        self.assertEqual(self.told(first), [('E', '1')])
        self.assertEqual(self.journal(), 1)
        self.assertEqual(self.told(second), [('E', '1')])
        self.assertEqual(self.journal(), 0)
        self.assertEqual(self.told(first) + self.told(second), [])

    def test_what_came_after_the_registration_is_kept_for_a_first_load(self):
        """It may take long; the leases are renewed meanwhile, and nothing is applied yet."""
        slow, quick = self.new_mirror('slow'), self.new_mirror('quick')
        quick.pull()
        slow.acknowledge()
        self.run_sql('insert into things values (1)')
        self.told(quick)
        slow.acknowledge()
        self.assertEqual(self.journal(), 1)

    def test_a_lease_that_ends_holds_nothing_back(self):
        first, second = self.new_mirror('first'), self.new_mirror('second')
        first.pull()
        second.pull()
        self.run_sql("update edge.consumer set lease = now() - interval '1 s' where name = 'second'")
        self.run_sql('insert into things values (1)')
        for _ in range(3):
            first.pull()
        self.assertEqual(self.journal(), 0)
        self.assertEqual(self.told(second), [('R', 'horizon')])
        self.run_sql('insert into things values (2)')
        self.assertEqual(self.told(second), [('E', '2')])

    def test_age_and_size_bound_the_journal(self):
        slow, quick = self.new_mirror('slow'), self.new_mirror('quick')
        for setting in ("update edge.state set sampled = now() - interval '2 hours', sample = pg_snapshot_xmax(pg_current_snapshot())",
                        'update edge.settings set journal_max_mb = 0'):
            with self.subTest(setting):
                self.run_sql('truncate things')
                slow.pull()
                quick.pull()
                self.run_sql('insert into things select generate_series(1, 1000)')
                self.assertEqual(len(self.told(quick)), 1000)
                self.run_sql('begin')
                self.run_sql(setting)
                self.run_sql('commit')
                self.run_sql('select pg_stat_force_next_flush()')  # what is alive is known by the statistics
                self.run_sql('select 1')
                quick.acknowledge()
                self.assertEqual(self.journal(), 0)
                self.assertEqual(self.told(quick), [])  # who is up to date loses nothing by it
                self.assertEqual(self.told(slow), [('R', 'horizon')])
                self.run_sql('update edge.settings set journal_max_mb = 1024')

    def test_an_open_transaction_outlives_the_pruning(self):
        """Its rows are below the horizon, but nobody has seen them: they stay."""
        mirror, writer = self.new_mirror(), connect(self.dbname)
        self.addCleanup(writer.close)
        mirror.pull()
        rows(writer, 'begin; insert into things values (1)')
        self.run_sql('insert into things values (2)')
        self.assertEqual(self.told(mirror), [('E', '2')])
        self.run_sql("update edge.state set sampled = now() - interval '2 hours', sample = pg_snapshot_xmax(pg_current_snapshot())")
        mirror.acknowledge()
        self.assertEqual(self.journal(), 0)
        self.assertEqual(self.told(mirror), [])
        rows(writer, 'commit')
        self.assertEqual(self.told(mirror), [('E', '1')])
        mirror.pull()
        mirror.pull()
        self.assertEqual(self.journal(), 0)


class Leases(ConsumersTest):

    def test_nobody_there_nothing_written(self):
        self.run_sql('insert into things select generate_series(1, 100)')
        self.assertEqual(self.journal(), 0)
        mirror = self.new_mirror()
        mirror.pull()
        self.run_sql('insert into things values (101)')
        self.assertEqual(self.told(mirror), [('E', '101')])
        mirror.call("select edge.release('mirror')")
        self.run_sql('insert into things values (102)')
        self.assertEqual(self.journal(), 0)

    def test_who_comes_back_after_a_lapse_reloads_once(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.end_leases()
        self.run_sql('insert into things values (1)')
        mirror.acknowledge()
        self.assertEqual(self.told(mirror), [('R', 'gap')])
        self.run_sql('insert into things values (2)')
        self.assertEqual(self.told(mirror), [('E', '2')])

    def test_who_pulls_without_a_lease_is_told_to_reload(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.end_leases()
        self.run_sql('insert into things values (1)')
        self.assertEqual(self.told(mirror), [('R', 'gap')])

    def test_another_consumers_return_does_not_hide_the_lapse(self):
        one, other = self.new_mirror('one'), self.new_mirror('other')
        one.pull()
        other.pull()
        self.end_leases()
        self.run_sql('insert into things values (1)')
        other.acknowledge()
        self.assertEqual(self.told(one), [('R', 'gap')])
        self.assertEqual(self.told(other), [('R', 'gap')])

    def test_a_writer_that_saw_no_lease_and_commits_after_the_registration(self):
        mirror, writer = self.new_mirror(), connect(self.dbname)
        self.addCleanup(writer.close)
        rows(writer, 'begin; insert into things values (1)')  # not journaled
        mirror.pull()
        self.assertEqual(self.told(mirror), [])
        self.run_sql('insert into things values (2)')
        self.assertEqual(self.told(mirror), [('E', '2')])
        rows(writer, 'commit')
        self.assertEqual(self.told(mirror), [('R', 'gap')])
        self.assertEqual(self.told(mirror), [])

    def test_a_registration_broken_off_is_done_again(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.run_sql("select setval('edge.followed', 1)")  # the lease was set, the gap not yet
        self.run_sql('insert into things values (1)')
        self.assertEqual(self.told(mirror), [('R', 'gap')])
        mirror.acknowledge()
        self.run_sql('insert into things values (2)')
        self.assertEqual(self.told(mirror), [('E', '2')])

    def test_registering_needs_a_fresh_transaction(self):
        self.run_sql('begin; create temporary table t_x ()')
        self.assert_refused("select edge.acknowledge('x', null, 10)", 'transaction that has written', 'of its own')
        self.run_sql('rollback')


class Sleep(ConsumersTest):
    """Who is rung, and who is told that it was not."""

    def setUp(self):
        super().setUp()
        self.ear = connect(self.dbname)
        self.addCleanup(self.ear.close)
        rows(self.ear, 'listen edge')
        self.key = 0

    def rung(self):
        """Whether a write now rings."""
        self.key += 1
        self.run_sql('insert into things values (%s)', self.key)
        rows(self.ear, 'select 1')
        self.ear.poll()
        heard = bool(self.ear.notifies)
        self.ear.notifies.clear()
        return heard

    def sleeper(self, name):
        mirror = self.new_mirror(name)
        mirror.pull()
        self.assertTrue(mirror.fall_asleep())
        return mirror

    def test_only_a_sleeper_is_rung(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.assertFalse(self.rung())
        mirror.fall_asleep()
        self.assertTrue(self.rung())
        self.assertEqual(mirror.acknowledge(), 'asleep')
        self.assertTrue(self.rung())
        mirror.wake()
        self.assertFalse(self.rung())
        self.assertEqual(mirror.acknowledge(), 'awake')

    def test_one_that_wakes_or_leaves_takes_nobodys_bell(self):
        one, other = self.sleeper('one'), self.sleeper('other')
        one.wake()
        self.assertTrue(self.rung())
        one.fall_asleep()
        one.call("select edge.release('one')")
        self.assertTrue(self.rung())
        other.wake()
        self.assertFalse(self.rung())

    def test_a_sleep_that_lapsed_is_over(self):
        """The consumer stood still for longer than its sleep was paid for."""
        mirror = self.sleeper('mirror')
        self.run_sql("update edge.consumer set asleep = now() - interval '1 s'; select setval('edge.asleep', 1)")
        self.assertFalse(self.rung())
        self.assertEqual(mirror.acknowledge(), 'awake')
        self.assertFalse(self.rung())
        self.assertTrue(mirror.fall_asleep())
        self.assertTrue(self.rung())

    def test_anothers_sleep_does_not_hide_a_lapse(self):
        late, _ = self.sleeper('late'), self.sleeper('other')
        self.run_sql("update edge.consumer set asleep = now() - interval '1 s' where name = 'late'")
        self.assertEqual(late.acknowledge(), 'awake')

    def test_who_is_not_registered_can_not_sleep(self):
        mirror = self.new_mirror()
        self.assertFalse(mirror.fall_asleep())
        self.run_sql("select edge.configure(bell => false)")
        self.addCleanup(self.run_sql, "select edge.configure(bell => true)")
        mirror.pull()
        self.assertEqual(mirror.acknowledge(), 'silent')
        self.assertFalse(mirror.fall_asleep())
        self.assertFalse(self.rung())

    def test_the_bell_can_be_silenced_while_somebody_sleeps(self):
        mirror = self.sleeper('mirror')
        self.run_sql("select edge.configure(bell => false)")
        self.addCleanup(self.run_sql, "select edge.configure(bell => true)")
        self.assertFalse(self.rung())
        self.run_sql("begin; insert into things values (1000); prepare transaction 'p'")
        self.run_sql("commit prepared 'p'")
        self.assertEqual(mirror.acknowledge(), 'silent')


class Crash(ConsumersTest):
    """The server dies; the journal is empty, and transaction ids are used again."""

    def restart(self, mode):
        command = os.environ['EDGE_TEST_AS'].split() + [os.environ['EDGE_TEST_BINDIR'] + '/pg_ctl', '-D', os.environ['EDGE_TEST_SERVER'],
                                                         '-m', mode, '-w', 'restart', '-l', os.environ['EDGE_TEST_SERVER'] + '/../log']
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd='/')
        type(self).sql = connect(self.dbname)
        type(self).addClassCleanup(self.sql.close)

    def reconnect(self, mirror):
        fresh = self.new_mirror(mirror.name)
        mirror.connection = fresh.connection

    def test_a_restart_keeps_what_was_journaled(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.run_sql('insert into things values (1)')
        self.restart('fast')
        self.reconnect(mirror)
        mirror.acknowledge()
        self.assertEqual(self.told(mirror), [('E', '1')])

    def test_a_crash_demands_a_reload(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.run_sql('insert into things values (1)')
        self.run_sql('checkpoint')
        self.restart('immediate')
        self.run_sql('insert into things values (2)')
        self.reconnect(mirror)
        marker = mirror.marker
        self.assertEqual(self.told(mirror), [('R', 'marker')])
        self.assertNotEqual(marker, mirror.marker)
        mirror.acknowledge()
        self.run_sql('insert into things values (3)')
        self.assertEqual(self.told(mirror), [('E', '3')])

    def test_a_prepared_transaction_outlives_its_journal_rows(self):
        mirror = self.new_mirror()
        mirror.pull()
        self.run_sql('select edge.configure(bell => false)')
        self.addCleanup(self.run_sql, 'select edge.configure(bell => true)')
        self.run_sql("begin; insert into things values (1); prepare transaction 'late'")
        self.restart('immediate')
        self.reconnect(mirror)
        self.assertEqual(self.told(mirror), [('R', 'marker')])
        self.assertEqual(mirror.contents['things'], {})
        mirror.acknowledge()
        self.run_sql("commit prepared 'late'")
        self.assertEqual(self.told(mirror), [('R', 'gap')])
        self.assertEqual(list(mirror.contents['things']), ['1'])
        self.assertEqual(self.told(mirror), [])
