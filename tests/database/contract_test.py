"""The rows of edge.pull, one by one."""
import json

from support import EdgeTest, Mirror, connect, rows, value


class Contract(EdgeTest):

    def setUp(self):
        self.run_sql(r"""
            drop schema if exists s cascade; create schema s; set search_path = s;
            create table people (id int primary key, name text);
            create table things (id bigint primary key, owner int, name text, at timestamptz, tags text[]);
            create table loose (n int);
            create view things_of as select t.*, p.name as of from things t left join people p on p.id = t.owner;
            create view with_count as select p.id, (select count(*) from loose) as n from people p;
            insert into people values (1, 'ann'), (2, 'bob');
            insert into things values (1, 1, 'hat', '2026-01-02 03:04:05.678901+01', '{a,"b\"c"}'), (2, null, null, 'infinity', null);
        """)
        self.addCleanup(self.run_sql, 'select edge.unpublish(name) from edge.resource')
        self.run_sql("select edge.publish('things', 'things_of', key => 'id', sort => '-at', filters => '{tags,owner}', max_limit => 9)")
        self.mirror = Mirror(self.dbname)
        self.addCleanup(self.mirror.close)

    def changes(self):
        return [r[:3] for r in self.mirror.pull()[1:]]

    def test_first_pull_declares_then_loads(self):
        self.mirror.acknowledge()
        answer = self.mirror.ask()
        rows(self.mirror.connection, 'rollback')
        self.assertEqual([r[:3] for r in answer], [('S', None, answer[0][2]), ('N', 'things', None)])
        declaration = json.loads(answer[1][4])
        self.assertTrue(declaration.pop('load').startswith('select '))
        self.assertIsInstance(declaration.pop('revision'), int)
        self.assertEqual(declaration, {
            'name': 'things', 'view': 's.things_of', 'key': ['id'],
            'columns': [{'name': 'at', 'kind': 'timestamptz', 'array': False}, {'name': 'id', 'kind': 'integer', 'array': False},
                        {'name': 'tags', 'kind': 'text', 'array': True}, {'name': 'owner', 'kind': 'integer', 'array': False}],
            'sort': [{'column': 0, 'descending': True}, {'column': 1, 'descending': False}],
            'filters': [{'name': 'tags', 'column': 2}, {'name': 'owner', 'column': 3}],
            'owner': None, 'default_limit': None, 'max_limit': 9})
        self.mirror.apply(answer)
        answer = self.mirror.ask()
        self.assertEqual([(r[0], r[1], r[4]) for r in answer[1:]], [('R', 'things', 'initial')])
        rows(self.mirror.connection, 'rollback')

    def test_loaded_and_changed_entries_have_the_same_bytes(self):
        self.mirror.pull()
        loaded = dict(self.mirror.contents['things'])
        self.assertEqual(loaded['1'], (
            ['1767319445678901', '1', '["a","b\\"c"]', '1'],
            '{"id":1,"owner":1,"name":"hat","at":"2026-01-02T02:04:05.678901+00:00","tags":["a","b\\"c"],"of":"ann"}'))
        self.assertEqual(loaded['2'][0], ['infinity', '2', None, None])
        self.run_sql('update s.things set name = name')
        self.assertEqual(self.changes(), [('E', 'things', '1'), ('E', 'things', '2')])
        self.assertEqual(loaded, self.mirror.contents['things'])

    def test_entries_come_and_go(self):
        self.mirror.pull()
        self.assertEqual(self.changes(), [])
        self.run_sql("insert into s.things values (3, 2, 'cap')")
        self.assertEqual(self.changes(), [('E', 'things', '3')])
        self.run_sql('update s.things set id = 4 where id = 3')
        self.assertEqual(sorted(self.changes()), [('D', 'things', '3'), ('E', 'things', '4')])
        self.run_sql("update s.people set name = 'bea' where id = 2")
        self.assertEqual(self.changes(), [('E', 'things', '4')])
        self.run_sql('delete from s.things where id = 4')
        self.assertEqual(self.changes(), [('D', 'things', '4')])
        self.run_sql('begin; delete from s.things; rollback')
        self.run_sql('update s.things set id = id where false')
        self.assertEqual(self.changes(), [])

    def test_only_what_changed_is_told_once(self):
        self.mirror.pull()
        self.run_sql("begin; insert into s.things values (5); update s.things set name = 'a' where id = 5; "
                     "update s.things set name = 'b' where id = 5; commit")
        self.assertEqual(self.changes(), [('E', 'things', '5')])

    def test_truncate_and_tables_without_a_way(self):
        self.run_sql("select edge.publish('counted', 's.with_count', key => 'id')")
        self.mirror.pull()
        self.run_sql('insert into s.loose values (1)')
        self.assertEqual([(r[0], r[1], r[4]) for r in self.mirror.pull()[1:]], [('R', 'counted', 'fallback')])
        self.run_sql("update s.people set name = 'al' where id = 1")
        self.assertEqual(sorted(self.changes()), [('E', 'counted', '1'), ('E', 'things', '1')])
        self.run_sql('truncate s.people')
        self.assertEqual([(r[0], r[1], r[4]) for r in self.mirror.pull()[1:]],
                         [('R', 'counted', 'truncate'), ('R', 'things', 'truncate')])
        self.assertEqual(self.mirror.contents['counted'], {})

    def test_published_changed_and_unpublished_while_running(self):
        self.mirror.pull()
        self.run_sql("select edge.publish('people', 's.people', key => 'id')")
        self.assertEqual(self.changes(), [('R', 'people', None)])
        self.assertEqual(set(self.mirror.contents['people']), {'1', '2'})
        revision = self.mirror.declarations['people']['revision']

        self.run_sql("select edge.publish('people', 's.people', key => 'id')")
        self.assertEqual(self.changes(), [])
        self.run_sql("select edge.publish('people', 's.people', key => 'id', sort => 'name')")
        self.assertEqual(self.changes(), [('R', 'people', None)])
        self.assertGreater(self.mirror.declarations['people']['revision'], revision)

        self.run_sql('create or replace view s.things_of as select t.*, p.name as of from s.things t join s.people p on p.id = t.owner')
        self.run_sql("select edge.publish('things', 's.things_of', key => 'id', sort => '-at', filters => '{tags,owner}', max_limit => 9)")
        self.assertEqual(self.changes(), [('R', 'things', None)])
        self.assertEqual(set(self.mirror.contents['things']), {'1'})

        self.run_sql("select edge.unpublish('people')")
        self.assertEqual(self.changes(), [('U', 'people', None)])

    def test_publishing_misses_no_writer_that_was_there_before(self):
        """A transaction that wrote before the trigger existed commits before the publication does."""
        writer = connect(self.dbname)
        self.addCleanup(writer.close)
        rows(writer, "begin; update s.loose set n = n; insert into s.loose values (7)")
        self.run_sql("set lock_timeout = '50ms'")
        self.assert_refused_by_lock("select edge.publish('loose', 's.loose', key => 'n')")
        rows(writer, 'commit')
        self.run_sql("set lock_timeout = 0; select edge.publish('loose', 's.loose', key => 'n')")
        self.mirror.pull()
        self.assertIn('7', self.mirror.contents['loose'])

    def assert_refused_by_lock(self, text):
        import psycopg2.errors
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self.run_sql(text)

    def test_bell_rings_once_per_transaction_and_never_for_nothing(self):
        self.mirror.pull()
        self.mirror.fall_asleep()
        ear = connect(self.dbname)
        self.addCleanup(ear.close)
        rows(ear, 'listen edge')

        def rung():
            rows(ear, 'select 1')
            ear.poll()
            payloads = [n.payload for n in ear.notifies]
            ear.notifies.clear()
            return payloads
        self.run_sql("begin; insert into s.things values (8); update s.things set name = 'x'; update s.people set name = 'y'; commit")
        self.assertEqual(rung(), [''])
        self.run_sql('begin; delete from s.things; rollback')
        self.run_sql('delete from s.things where false')
        self.run_sql('insert into s.loose values (1)')
        self.assertEqual(rung(), [])
        self.run_sql("select edge.publish('people', 's.people', key => 'id')")
        self.assertEqual(rung(), [''])
        self.run_sql("select edge.unpublish('people')")
        self.assertEqual(rung(), [''])
        self.run_sql('select edge.configure(bell => false)')
        self.run_sql("update s.things set name = 'z'")
        self.assertEqual(rung(), [])
        self.assertIn(('E', 'things', '1'), self.changes())
        self.run_sql('select edge.configure(bell => true)')

    def test_what_was_running_is_seen_when_it_ends(self):
        """Commits out of the order of their ids, across pulls; a savepoint's id is none of a transaction."""
        early, late = connect(self.dbname), connect(self.dbname)
        self.addCleanup(early.close)
        self.addCleanup(late.close)
        self.mirror.pull()
        rows(early, "begin; savepoint a; insert into s.things values (20); savepoint b; insert into s.things values (21); rollback to b")
        rows(late, 'insert into s.things values (22)')
        self.assertEqual(self.changes(), [('E', 'things', '22')])
        self.assertEqual(self.changes(), [])
        rows(early, 'insert into s.things values (23)')
        rows(late, 'insert into s.things values (24)')
        self.assertEqual(self.changes(), [('E', 'things', '24')])
        rows(early, 'commit')
        self.assertEqual(sorted(self.changes()), [('E', 'things', '20'), ('E', 'things', '23')])

    def test_many_rows_at_once_are_read_whole(self):
        self.run_sql("insert into s.things select g, 1 from generate_series(1000, 9999) g; analyze s.things")
        self.mirror.pull()
        self.run_sql("update s.things set name = 'one' where id between 1000 and 1400")
        self.assertEqual(len(self.changes()), 401)
        self.run_sql("update s.things set name = 'all'")
        self.assertEqual([(r[0], r[1], r[4]) for r in self.mirror.pull()[1:]], [('R', 'things', 'bulk')])
        self.mirror.pull(lambda m: self.assertEqual(m.load('things'), m.contents['things']))

    def test_a_column_renamed_under_a_publication_fails_no_write(self):
        self.mirror.pull()
        self.run_sql('alter table s.people rename column id to number')
        self.run_sql("update s.people set name = 'ada' where number = 1")
        self.assertEqual([(r[0], r[1], r[4]) for r in self.mirror.pull()[1:]], [('R', 'things', 'truncate')])
        self.run_sql('drop view s.things_of cascade; alter table s.things drop column owner')
        self.run_sql("insert into s.things values (30, 'sock')")
        self.run_sql('create view s.things_of as select *, null::int as owner, null::text as of from s.things')
        self.run_sql('select edge.renew()')
        self.mirror.pull(lambda m: self.assertEqual(m.load('things'), m.contents['things']))

    def test_answers_do_not_depend_on_the_callers_settings(self):
        self.mirror.pull()
        self.run_sql("set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set intervalstyle = 'iso_8601'; set extra_float_digits = 0")
        self.run_sql("update s.things set name = 'tokyo' where id = 1")
        told = [r for r in rows(self.sql, 'select * from edge.pull(%s, %s, %s)', self.mirror.since, self.mirror.marker, self.mirror.held()) if r[0] == 'E']
        self.run_sql('reset all; set search_path = s')
        self.mirror.pull()
        self.assertEqual([(tuple(r[3]), r[4]) for r in told], [(tuple(c), v) for c, v in [self.mirror.contents['things']['1']]])


class Keys(EdgeTest):
    """How keys of every type stand in a frame."""

    def check(self, column_type, literals):
        self.run_sql(f"""drop table if exists k cascade; create table k (id {column_type}, v int default 0);
                         select edge.publish('k', 'k', key => 'id')""")
        mirror = Mirror(self.dbname)
        mirror.pull()
        for literal, text in literals.items():
            self.run_sql(f'insert into k (id) values ({literal})')
            self.assertEqual([r[:3] for r in mirror.pull()[1:]][0], ('E', 'k', text), literal)
            mirror.pull(lambda m: self.assertEqual(m.load('k'), m.contents['k']))
            self.run_sql('delete from k')
            self.assertEqual([r[:3] for r in mirror.pull()[1:]], [('D', 'k', text)], literal)
        self.run_sql('insert into k (id) values (null)')
        self.assertEqual(mirror.pull()[1:], [])
        mirror.close()
        self.run_sql("select edge.unpublish('k')")

    def test_integers(self):
        self.check('smallint', {'-3': '-3'})
        self.check('int', {'42': '42', '-2147483648': '-2147483648'})
        self.check('bigint', {'9007199254740991': '9007199254740991', '9007199254740992': '"9007199254740992"',
                              '-9223372036854775808': '"-9223372036854775808"'})

    def test_texts(self):
        self.check('text', {"'a'": '"a"', "''": '""', r"E'line\nbreak'": r'"line\nbreak"', "'say \"hi\"'": r'"say \"hi\""',
                            "'emoji 🐘'": '"emoji 🐘"', "'NULL'": '"NULL"', r"'\'": r'"\\"', "'{1,2}'": '"{1,2}"',
                            "repeat('long', 3000)": '"' + 'long' * 3000 + '"'})
        self.check('varchar(5)', {"'ab'": '"ab"'})
        self.check('char(4)', {"'ab'": '"ab  "'})
        self.check('name', {"'ab'": '"ab"'})

    def test_others(self):
        self.check('uuid', {"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'": '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'})
        self.check('boolean', {'true': '"t"', 'false': '"f"'})
        self.check('date', {"'2026-01-31'": '"2026-01-31"', "'infinity'": '"infinity"', "'0044-03-15 BC'": '"0044-03-15 BC"'})
        self.check('timestamptz', {"'2026-01-31 01:02:03.4+05'": '"2026-01-30 20:02:03.4+00"'})
        self.run_sql("create type colour as enum ('red', 'deep blue'); create domain even as int check (value % 2 = 0)")
        self.check('colour', {"'deep blue'": '"deep blue"'})
        self.check('even', {'4': '4'})

    def test_composite(self):
        self.run_sql("create table pair (a text, \"B c\" int, v int)")
        self.run_sql("""select edge.publish('pair', 'pair', key => 'a,"B c"', sort => '-"B c"')""")
        mirror = Mirror(self.dbname)
        self.addCleanup(mirror.close)
        mirror.pull()
        self.run_sql("""insert into pair values ('x,"y', 1), (null, 2), ('z', null)""")
        self.assertEqual([r[:4] for r in mirror.pull()[1:]], [('E', 'pair', r'["x,\"y",1]', ['1', 'x,"y'])])
        self.run_sql("""update pair set a = 'q' where v is null and a like 'x%' """)
        self.assertEqual(sorted(r[:3] for r in mirror.pull()[1:]), [('D', 'pair', r'["x,\"y",1]'), ('E', 'pair', '["q",1]')])

    def test_not_unique_comes_as_several_rows(self):
        self.run_sql("create table twice (id int, v text); select edge.publish('twice', 'twice', key => 'id')")
        mirror = Mirror(self.dbname)
        self.addCleanup(mirror.close)
        mirror.pull()
        self.run_sql("insert into twice values (1, 'b'), (1, 'a')")
        self.assertEqual(sorted(r[4] for r in mirror.pull()[1:]), ['{"id":1,"v":"a"}', '{"id":1,"v":"b"}'])
        self.assertEqual(mirror.contents['twice']['1'][1], '{"id":1,"v":"a"}')
        self.run_sql("delete from twice where v = 'a'")
        mirror.pull()
        self.assertEqual(mirror.contents['twice']['1'][1], '{"id":1,"v":"b"}')


class VirtualColumns(EdgeTest):

    def test_a_virtual_column_is_no_link(self):
        """Such columns (PostgreSQL 18) have no value in a trigger's rows."""
        if self.sql.server_version < 180000:
            self.skipTest('needs PostgreSQL 18')
        self.run_sql("""create table a (id int primary key, n int, twice int generated always as (n * 2) virtual);
                        create table b (id int primary key, v text);
                        create view ab as select b.id, b.v, a.n from b left join a on a.twice = b.id;
                        select edge.publish('ab', 'ab', key => 'id')""")
        self.assertEqual(value(self.sql, "select way from edge.explain('ab') where alias = 'a'")[:8], 're-reads')
        mirror = Mirror(self.dbname)
        self.addCleanup(mirror.close)
        mirror.pull()
        self.run_sql("insert into b values (4, 'four'); insert into a values (1, 2)")
        mirror.pull(lambda m: self.assertEqual(m.load('ab'), m.contents['ab']))
        self.assertEqual(mirror.contents['ab']['4'][1], '{"id":4,"v":"four","n":2}')
