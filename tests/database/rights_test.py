"""Roles of few rights: who publishes, who owns a view, who pulls. Each lack is told with the GRANT that mends it."""
from support import EdgeTest, Mirror, connect, rows, value


class Rights(EdgeTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows(cls.sql, """
            drop role if exists rights_owner, rights_reader, rights_other;
            create role rights_owner login; create role rights_reader login; create role rights_other;
            create schema "In Side" authorization rights_owner; alter schema edge owner to rights_owner;
            grant all on all tables in schema edge to rights_owner; grant all on all sequences in schema edge to rights_owner;
        """)
        for (signature,) in rows(cls.sql, "select p.oid::regprocedure::text from pg_proc p where pronamespace = 'edge'::regnamespace"):
            rows(cls.sql, f'alter function {signature} owner to rights_owner')
        cls.addClassCleanup(rows, cls.sql, """drop owned by rights_owner, rights_reader, rights_other cascade;
            drop role rights_owner, rights_reader, rights_other""")
        cls.owner = connect(cls.dbname, 'rights_owner')
        cls.addClassCleanup(cls.owner.close)

    def setUp(self):
        rows(self.owner, 'create table "In Side".t (id int primary key, v text); create view "In Side".v as select * from "In Side".t')
        self.addCleanup(rows, self.sql, 'select edge.unpublish(name) from edge.resource; drop table if exists "In Side".t cascade')

    def may(self, privilege, what='"In Side".v'):
        check = 'has_schema_privilege' if privilege == 'usage' else 'has_table_privilege'
        return value(self.sql, f"select {check}('rights_reader', %s, %s)", what, privilege)

    def test_a_reader_may_use_the_schema_of_what_is_published(self):
        rows(self.owner, "select edge.grant_edge('rights_reader'), edge.publish('v', '\"In Side\".v', key => 'id')")
        mirror = Mirror(self.dbname, 'rights_reader')
        self.addCleanup(mirror.close)
        mirror.pull()
        rows(self.owner, """insert into "In Side".t values (1, 'a')""")
        mirror.pull(lambda m: self.assertEqual(m.load('v'), m.contents['v']))
        self.assertEqual(list(mirror.contents['v']), ['1'])

        self.assertTrue(self.may('usage', 'In Side'))
        rows(self.owner, "select edge.unpublish('v')")
        self.assertFalse(self.may('usage', 'In Side') or self.may('select'))

    def test_a_reader_keeps_what_others_granted(self):
        rows(self.owner, 'grant usage on schema "In Side" to rights_reader; grant select on "In Side".v to rights_reader')
        rows(self.owner, "select edge.grant_edge('rights_reader'), edge.publish('v', '\"In Side\".v', key => 'id'), edge.unpublish('v')")
        self.assertTrue(self.may('usage', 'In Side') and self.may('select'))
        rows(self.owner, 'revoke usage on schema "In Side" from rights_reader')

    def test_the_owner_of_a_view_may_not_read_its_table(self):
        rows(self.sql, 'alter view "In Side".v owner to rights_other; grant select on "In Side".v to rights_owner')
        self.assert_refused("select edge.publish('x', '\"In Side\".v', key => 'id')", 'permission denied for table t', 'the owner of each view SELECT')

    def test_the_publisher_may_not_read_the_view(self):
        rows(self.sql, 'alter view "In Side".v owner to rights_other; grant select on "In Side".t to rights_other')
        self.run_sql('set role rights_owner')
        self.addCleanup(self.run_sql, 'reset role')
        self.assert_refused("select edge.publish('x', '\"In Side\".v', key => 'id')", 'permission denied for view v', 'Who publishes (rights_owner)')

    def test_the_owner_of_edge_may_not_use_the_schema(self):
        self.run_sql('alter schema "In Side" owner to rights_other')
        self.addCleanup(self.run_sql, 'alter schema "In Side" owner to rights_owner')
        self.assert_refused("select edge.publish('x', '\"In Side\".v', key => 'id')", 'may not use the schema', 'GRANT USAGE ON SCHEMA "In Side" TO rights_owner')

    def test_a_schema_that_only_others_can_grant(self):
        self.run_sql('alter schema "In Side" owner to rights_other; grant usage on schema "In Side" to rights_owner')
        self.addCleanup(self.run_sql, 'revoke all on schema "In Side" from rights_owner; alter schema "In Side" owner to rights_owner')
        rows(self.owner, "select edge.grant_edge('rights_reader')")
        del self.owner.notices[:]
        rows(self.owner, "select edge.publish('v', '\"In Side\".v', key => 'id')")
        self.assertIn('GRANT USAGE ON SCHEMA "In Side" TO rights_reader', ''.join(self.owner.notices))
