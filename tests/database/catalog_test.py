"""What fires no trigger is seen in a survey, and told until the resource is published again."""
from support import EdgeTest, Mirror, connect, rows, value


class Catalog(EdgeTest):

    def setUp(self):
        self.run_sql("""drop schema if exists s cascade; create schema s; drop type if exists mood; create type mood as enum ('ok', 'sad');
            create table s.people (id int primary key, name text, spare int, mood mood not null default 'ok');
            create table s.things (id int, owner int not null, note text, primary key (id)) partition by range (id);
            create table s.low partition of s.things for values from (0) to (100);
            create table s.high (like s.things including all);
            insert into s.people (id, name) values (1, 'ann'), (2, 'bob');
            insert into s.things values (1, 1, 'a'), (2, 2, 'b'); insert into s.high values (101, 1, 'high');
            create view s.shown as select t.id, t.note, p.name, p.mood from s.things t join s.people p on p.id = t.owner""")
        self.publish()
        self.mirror = Mirror(self.dbname)
        self.addCleanup(self.mirror.close)
        self.mirror.pull()
        self.mirror.survey = True
        self.assertEqual(self.kinds(), ['F'])

    def publish(self):
        return value(self.sql, "select edge.publish('shown', 's.shown', key => 'id')")

    def kinds(self):
        return [r[0] for r in self.mirror.pull()[1:]]

    def assert_noticed(self, ddl, *words):
        """Told, read anew, right, still told; and no more once it is published again."""
        self.run_sql(ddl)
        answer = self.mirror.pull(self.compare)
        told = [r[4] for r in answer if r[0] == 'W']
        self.assertEqual(len(told), 1, answer)
        for word in words:
            self.assertIn(word, told[0])
        self.assertEqual(self.mirror.reloads, {'shown': 'changed'})
        self.assertIn('W', self.kinds())
        self.publish()
        self.mirror.pull(self.compare)
        self.assertEqual(self.kinds(), ['F'])

    def assert_harmless(self, ddl):
        """At most read whole once, and nothing is told."""
        self.run_sql(ddl)
        self.assertEqual([r for r in self.mirror.pull(self.compare)[1:] if r[0] not in 'FR'], [])
        self.assertEqual(self.kinds(), ['F'])

    def compare(self, mirror):
        self.assertEqual(mirror.load('shown'), mirror.contents['shown'])

    def test_triggers(self):
        for ddl in ('drop trigger _900_edge_update on s.people',
                    'alter table s.people disable trigger _900_edge_insert',
                    "alter table s.people disable trigger all; update s.people set name = 'unseen'; alter table s.people enable trigger all"):
            with self.subTest(ddl):
                self.assert_noticed(ddl, 'triggers')

    def test_disabled_and_enabled_as_it_was(self):
        self.assert_noticed("""begin; alter table s.people disable trigger _900_edge_update; update s.people set name = 'unseen';
                               alter table s.people enable always trigger _900_edge_update; commit""", 'triggers')

    def test_partitions(self):
        for ddl in ('alter table s.things attach partition s.high for values from (100) to (200)',
                    "insert into s.high values (102, 2, 'direct')",
                    'alter table s.things detach partition s.low',
                    'create table s.more partition of s.things for values from (500) to (600)'):
            with self.subTest(ddl):
                if ddl.startswith('insert'):
                    self.run_sql(ddl)
                    self.mirror.pull(self.compare)
                else:
                    self.assert_noticed(ddl, 'partitions')

    def test_views(self):
        self.assert_noticed("create or replace view s.shown as select t.id, upper(t.note) as note, p.name, p.mood"
                            " from s.things t join s.people p on p.id = t.owner where p.name <> 'bob'", 'view')

    def test_columns_that_compiled_code_names(self):
        self.assert_noticed('alter table s.things rename owner to owned_by', 'columns')

    def test_columns_that_matter_to_nobody(self):
        self.assert_harmless('alter table s.people drop column spare; alter table s.people add column more text default 7;'
                             'alter table s.people rename more to less; analyze s.people')

    def test_tables(self):
        self.assert_noticed('alter table s.people rename to persons', 'renamed')
        self.assert_noticed('alter table s.persons enable row level security; alter table s.persons disable row level security;'
                            'alter table s.persons rename to people', 'renamed')

    def test_row_level_security_for_a_moment(self):
        self.run_sql('create role reader_of_none; grant usage on schema s to reader_of_none; alter table s.people owner to reader_of_none;'
                     'alter view s.shown owner to reader_of_none; alter table s.things owner to reader_of_none; grant select on s.people, s.things, s.shown to postgres')
        self.addCleanup(self.run_sql, 'drop owned by reader_of_none cascade; drop role reader_of_none')
        self.run_sql("alter table s.people enable row level security")
        self.publish()
        self.mirror.pull()
        self.kinds()
        self.run_sql("alter table s.people force row level security; update s.people set name = 'hidden'")
        self.mirror.survey = False
        self.mirror.pull(self.compare)  # nobody is seen
        self.mirror.survey = True
        self.run_sql('alter table s.people no force row level security')
        self.mirror.pull(self.compare)
        self.assertEqual(self.mirror.reloads, {'shown': 'rewritten'})

    def test_enums(self):
        self.assert_noticed("alter type mood rename value 'ok' to 'fine'", 'enum')

    def test_functions(self):
        self.run_sql("""create function s.loud(text) returns text language sql immutable as 'select upper($1)';
                        create or replace view s.shown as select t.id, s.loud(t.note) as note, p.name, p.mood from s.things t join s.people p on p.id = t.owner""")
        self.publish()
        self.mirror.pull()
        self.kinds()
        self.assert_noticed("""create or replace function s.loud(text) returns text language sql immutable as 'select lower($1)'""", 'function')

    def test_a_rewrite_is_read_whole_once(self):
        self.run_sql('alter table s.people alter spare type text using name')
        self.mirror.pull(self.compare)
        self.assertEqual(self.mirror.reloads, {'shown': 'rewritten'})
        self.assertEqual(self.kinds(), ['F'])

    def test_what_can_not_be_read_is_told_and_holds_up_nobody(self):
        self.run_sql("select edge.publish('people', 's.people', key => 'id')")
        self.mirror.pull()
        self.run_sql("drop view s.shown; update s.people set name = 'cem' where id = 1")
        self.mirror.lock = False
        told = {r[1]: r[4] for r in self.mirror.pull()[1:] if r[0] == 'B'}
        self.assertIn('gone', told['shown'])
        self.assertEqual(json_name(self.mirror, 'people', '1'), 'cem')
        self.run_sql('create view s.shown as select t.id, t.note, p.name from s.things t join s.people p on p.id = t.owner')
        self.assertIn('B', self.kinds())
        self.publish()
        self.mirror.pull(self.compare)
        self.run_sql("select edge.unpublish('people')")

    def test_a_renamed_view(self):
        self.run_sql('alter view s.shown rename to displayed')
        self.mirror.lock = False
        self.assertIn('s.displayed', {r[0]: r[4] for r in self.mirror.pull()[1:]}['B'])

    def test_a_write_never_fails_because_of_a_name(self):
        self.run_sql('alter table s.things rename owner to owned_by')
        self.run_sql("update s.things set note = 'n' where id = 1; insert into s.things values (3, 1, 'c'); delete from s.things where id = 2")
        self.mirror.pull(self.compare)
        self.assertEqual(self.mirror.reloads.keys(), {'shown'})
        self.run_sql('drop view s.shown; alter table s.things drop column owned_by')
        self.run_sql("update s.things set note = 'm'")


def json_name(mirror, resource, key):
    import json
    return json.loads(mirror.contents[resource][key][1])['name']
