"""edge.publish_input: declared by the database, and otherwise nothing to it."""
import json

import psycopg2

from support import DB, EdgeTest, Mirror, connect, new_database, psql, rows, value


class Inputs(EdgeTest):

    def setUp(self):
        self.run_sql("""drop table if exists t cascade; create table t (id int primary key, v text);
            select edge.publish('t', 't', key => 'id'); select edge.publish_input('presence')""")
        self.addCleanup(self.run_sql, 'select edge.unpublish(name) from edge.resource')
        self.mirror = Mirror(self.dbname)
        self.addCleanup(self.mirror.close)

    def changes(self):
        return [r[:3] for r in self.mirror.pull()[1:]]

    def revision(self):
        return value(self.sql, "select revision from edge.resource where name = 'presence'")

    def test_it_is_declared_like_a_resource(self):
        self.mirror.pull()
        self.assertEqual(self.mirror.declarations['presence'], {
            'name': 'presence', 'revision': self.revision(), 'view': None, 'key': ['key'], 'columns': [], 'sort': [], 'filters': [],
            'owner': None, 'default_limit': None, 'max_limit': None, 'load': None, 'input': {'ttl_s': 60}})
        self.assertEqual(self.mirror.declarations['presence'].keys() - {'input'}, self.mirror.declarations['t'].keys())

    def test_it_is_told_once_and_never_read(self):
        """Neither a reload, nor a survey, nor a bulk change asks for it."""
        self.mirror.pull()
        self.run_sql("insert into t values (1, 'a')")
        self.assertEqual(self.changes(), [('E', 't', '1')])
        self.mirror.survey = True
        self.assertEqual([r[:2] for r in self.mirror.pull()[1:]], [('F', 't')])
        self.mirror.survey = False
        self.run_sql('truncate edge.state')  # as after a crash
        self.assertEqual(self.changes(), [('R', 't', None)])
        self.mirror.since = None
        self.assertEqual(self.changes(), [('R', 't', None)])

    def test_nothing_is_made_for_it(self):
        counted = """select (select count(*) from pg_trigger), (select count(*) from edge.link), (select count(*) from edge.captured),
            (select count(*) from pg_proc where pronamespace = 'edge'::regnamespace), (select count(*) from edge.granted)"""
        before = self.run_sql(counted)
        self.run_sql("select edge.publish_input('cursors', 5)")
        self.assertEqual(self.run_sql(counted), before)
        self.run_sql("select edge.unpublish('cursors')")
        self.assertEqual(self.run_sql(counted), before)

    def test_twice_is_once(self):
        self.mirror.pull()
        revision = self.revision()
        self.assertEqual(value(self.sql, "select edge.publish_input('presence', 60)"), f'presence: revision {revision}, unchanged')
        self.assertEqual(self.changes(), [])
        self.assertEqual(value(self.sql, "select edge.publish_input('presence', ttl_s => 5)"), f'presence: revision {self.revision()}')
        self.assertGreater(self.revision(), revision)
        self.mirror.pull()
        self.assertEqual(self.mirror.declarations['presence']['input'], {'ttl_s': 5})

    def test_unpublished(self):
        self.mirror.pull()
        self.run_sql("select edge.unpublish('presence')")
        self.assertEqual(self.changes(), [('U', 'presence', None)])
        self.assert_refused("select edge.unpublish('presence')", 'there is no resource presence', 'Published are: t.')

    def test_a_name_is_one_or_the_other(self):
        self.assert_refused("select edge.publish_input('t')", 't is published already, as a resource of public.t', "edge.unpublish('t')")
        self.assert_refused("select edge.publish('presence', 't', key => 'id')", 'as an input', "edge.unpublish('presence')")
        self.mirror.pull()
        self.run_sql("select edge.unpublish('presence'), edge.publish('presence', 't', key => 'id'), edge.unpublish('t'), edge.publish_input('t')")
        self.assertEqual(self.changes(), [('R', 'presence', None)])
        self.assertEqual(self.mirror.declarations['t']['input'], {'ttl_s': 60})

    def test_the_bell_tells_of_it(self):
        self.mirror.pull()
        self.mirror.fall_asleep()
        ear = connect(self.dbname)
        self.addCleanup(ear.close)
        rows(ear, 'listen edge')
        for statement, rung in (("publish_input('presence', 7)", 1), ("publish_input('presence', 7)", 0), ("unpublish('presence')", 1)):
            self.run_sql('select edge.' + statement)
            rows(ear, 'select 1')
            ear.poll()
            self.assertEqual(len(ear.notifies), rung, statement)
            ear.notifies.clear()

    def test_explained(self):
        (told,) = self.run_sql("select * from edge.explain('presence')")
        self.assertEqual((told[0], told[2], told[4], told[5]), (None, 'nothing', None, None))
        self.assertIn('PATCH /v1/inputs/presence', told[3])
        self.assertIn('60 s', told[3])

    def test_rights(self):
        self.run_sql('drop role if exists inputs_reader; create role inputs_reader login')
        self.addCleanup(self.run_sql, 'drop owned by inputs_reader; drop role inputs_reader')
        self.run_sql("select edge.grant_edge('inputs_reader')")
        reader = connect(self.dbname, 'inputs_reader')
        self.addCleanup(reader.close)
        with self.assertRaises(psycopg2.errors.InsufficientPrivilege):
            rows(reader, "select edge.publish_input('mine')")
        mirror = Mirror(self.dbname, 'inputs_reader')
        self.addCleanup(mirror.close)
        mirror.pull()
        self.assertEqual(mirror.declarations.keys(), {'t', 'presence'})

        self.run_sql('grant execute on function edge.publish_input(text, int), edge.check_publisher(), edge.owner() to inputs_reader')
        with self.assertRaises(psycopg2.errors.InsufficientPrivilege) as caught:
            rows(reader, "select edge.publish_input('mine')")
        self.assertIn('may not publish', caught.exception.diag.message_primary)
        self.assertIn('owns the schema edge', caught.exception.diag.message_hint)

    def test_installed_again(self):
        revision = self.revision()
        self.mirror.pull()
        said = psql(self.dbname, DB / 'edge.sql')
        self.assertIn('2 resources renewed', said)
        self.assertEqual(self.revision(), revision)
        self.assertEqual(self.run_sql('select edge.renew()'), [('edge is installed, 2 resources renewed',)])


class Upgrade(EdgeTest):

    def test_over_a_version_without_inputs(self):
        """Before, a row of edge.resource had to have a view."""
        dbname = new_database()
        sql = connect(dbname)
        self.addCleanup(sql.close)
        psql(dbname, DB / 'edge.sql')
        rows(sql, """create table t (id int primary key); select edge.publish('t', 't', key => 'id');
            alter table edge.resource alter source set not null; drop function edge.publish_input, edge.check_kind, edge.check_publisher""")
        psql(dbname, DB / 'edge.sql')
        rows(sql, "select edge.publish_input('presence', 10)")
        told = {r[1]: json.loads(r[4]) for r in rows(sql, 'select * from edge.pull(null, null, null)') if r[0] == 'N'}
        self.assertEqual(told['presence']['input'], {'ttl_s': 10})
        self.assertNotIn('input', told['t'])
