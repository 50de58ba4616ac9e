"""Installing, installing again over a running system, and leaving nothing behind."""
from support import DB, EdgeTest, Mirror, connect, new_database, psql, rows, value

LISTING = """
  select 'relation', n.nspname, c.relname, coalesce(c.relacl, acldefault('r', c.relowner))::text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_(toast|temp)'
  union all select 'function', n.nspname, p.oid::regprocedure::text, p.proacl::text
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  union all select 'trigger', tgrelid::regclass::text, tgname, tgenabled::text from pg_trigger
  union all select 'schema', '', nspname, nspacl::text from pg_namespace where nspname !~ '^pg_(toast|temp)'
  union all select 'type', n.nspname, t.typname, t.typacl::text from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname !~ '^pg_(toast|temp)'
  union all select 'default', defaclrole::regrole::text, defaclobjtype::text, defaclacl::text from pg_default_acl
  union all select 'event', evtname, evtevent, '' from pg_event_trigger
  union all select 'setting', setdatabase::text, setrole::text, setconfig::text from pg_db_role_setting
  order by 1, 2, 3, 4"""

BEFORE = """
  create table people (id int primary key, name text);
  create table things (id int primary key, owner int, name text) partition by range (id);
  create table things_1 partition of things for values from (0) to (100);
  create view things_of as select t.id, t.name, p.name as of from things t left join people p on p.id = t.owner;
"""


class Install(EdgeTest):

    def test_again_over_a_running_system(self):
        self.run_sql(BEFORE)
        self.run_sql("select edge.publish('things', 'things_of', key => 'id', sort => '-id', default_limit => 3)")
        self.run_sql('select edge.configure(bell => false, journal_max_mb => 7)')
        mirror = Mirror(self.dbname)
        self.addCleanup(mirror.close)
        mirror.pull()
        before = self.run_sql('select name, revision, declaration from edge.resource')

        self.run_sql("insert into people values (1, 'ann'); insert into things values (1, 1, 'hat')")
        self.run_sql("create function edge.of_a_former_version(int) returns int language sql return 1")
        psql(self.dbname, DB / 'edge.sql')
        self.assertEqual(value(self.sql, "select to_regproc('edge.of_a_former_version')"), None)
        self.assertEqual(before, self.run_sql('select name, revision, declaration from edge.resource'))
        self.assertEqual(self.run_sql('select bell, journal_max_mb from edge.settings'), [(False, 7)])
        self.assertEqual([r[:3] for r in mirror.pull()[1:]], [('E', 'things', '1')])
        self.run_sql("update people set name = 'eve'")
        self.assertEqual([r[:3] for r in mirror.pull()[1:]], [('E', 'things', '1')])

    def test_a_server_of_another_version_is_refused(self):
        """As if the server said another number; nothing is made then."""
        for number, name in ((140023, '14.23'), (190000, '19devel')):
            with self.subTest(name):
                dbname = new_database()
                sql = connect(dbname)
                self.addCleanup(sql.close)
                rows(sql, f"""create schema lies; alter database {dbname} set search_path = lies, pg_catalog;
                    create function lies.current_setting(text) returns text language sql return
                      case $1 when 'server_version_num' then '{number}' when 'server_version' then '{name}' else pg_catalog.current_setting($1) end""")
                with self.assertRaises(AssertionError) as caught:
                    psql(dbname, DB / 'edge.sql')
                self.assertIn(f'edge needs PostgreSQL 15 to 18, this server is {name}', str(caught.exception))
                self.assertIn('HINT', str(caught.exception))
                self.assertEqual(value(sql, "select count(*) from pg_namespace where nspname = 'edge'"), 0)

    def test_a_missing_trigger_comes_back_by_installing_again(self):
        dbname = new_database()
        sql = connect(dbname)
        self.addCleanup(sql.close)
        psql(dbname, DB / 'edge.sql')
        rows(sql, BEFORE)
        rows(sql, "select edge.publish('things', 'things_of', key => 'id')")
        armed = 'select count(*) from pg_trigger where tgname like %s and tgenabled = %s'
        self.assertEqual(value(sql, armed, '%edge%', 'A'), 12)
        rows(sql, 'drop trigger _900_edge_update on people; alter table things_1 disable trigger _900_edge_insert')
        psql(dbname, DB / 'edge.sql')
        self.assertEqual(value(sql, armed, '%edge%', 'A'), 12)

    def test_a_broken_publication_does_not_stop_an_upgrade(self):
        dbname = new_database()
        sql = connect(dbname)
        self.addCleanup(sql.close)
        psql(dbname, DB / 'edge.sql')
        rows(sql, BEFORE)
        rows(sql, "select edge.publish('things', 'things_of', key => 'id'), edge.publish('people', 'people', key => 'id')")
        rows(sql, 'drop view things_of')
        said = psql(dbname, DB / 'edge.sql')
        self.assertIn('things stays as it was published', said)
        self.assertIn('1 resources renewed', said)
        rows(sql, "select edge.unpublish('things')")
        self.assertEqual(value(sql, 'select count(*) from edge.captured'), 1)

    def test_uninstall_leaves_nothing(self):
        dbname = new_database()
        sql = connect(dbname)
        self.addCleanup(sql.close)
        rows(sql, BEFORE)
        rows(sql, 'drop role if exists reader; create role reader')
        self.addCleanup(rows, sql, 'drop role reader')
        clean = rows(sql, LISTING)
        psql(dbname, DB / 'edge.sql')
        rows(sql, "select edge.grant_edge('reader')")
        rows(sql, "select edge.publish('things', 'things_of', key => 'id'), edge.publish('people', 'people', key => 'id')")
        self.assertGreater(len(rows(sql, LISTING)), len(clean) + 50)
        rows(sql, 'select edge.uninstall()')
        self.assertEqual(clean, rows(sql, LISTING))

    def test_unpublish_removes_what_publish_made(self):
        dbname = new_database()
        sql = connect(dbname)
        self.addCleanup(sql.close)
        rows(sql, BEFORE)
        rows(sql, 'drop role if exists reader; create role reader')
        self.addCleanup(rows, sql, "drop owned by reader; drop role reader")
        psql(dbname, DB / 'edge.sql')
        rows(sql, "select edge.grant_edge('reader')")
        clean = rows(sql, LISTING)
        rows(sql, "select edge.publish('things', 'things_of', key => 'id')")
        rows(sql, "select edge.publish('people', 'people', key => 'id')")
        rows(sql, "select edge.unpublish('things')")
        rows(sql, "select edge.unpublish('people')")
        self.assertEqual(clean, rows(sql, LISTING))
        for table in ('resource', 'link', 'captured', 'granted'):
            self.assertEqual(value(sql, f'select count(*) from edge.{table}'), 0, table)

    def test_a_dumped_and_restored_marker_is_none(self):
        state = "select (select marker from edge.state), (select key from edge.pull(null, null, null) where kind = 'S')"
        marker, told = self.run_sql(state)[0]
        self.assertEqual(marker, told)
        self.run_sql('update edge.state set home = 1')  # as if the row came from another database's dump
        self.assertIsNone(self.run_sql(state)[0][1])
        self.assertNotEqual(value(self.sql, 'select edge.renew_marker()'), marker)
        marker, told = self.run_sql(state)[0]
        self.assertEqual(marker, told)
