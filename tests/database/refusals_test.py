"""What edge.publish refuses, and that it says what to do instead."""
import psycopg2

from support import EdgeTest, connect, rows

CANNOT_BE_SEEN = {
    'select *, now() as n from p': ('now()', 'Leave the call to the client'),
    'select *, clock_timestamp() as n from p': ('clock_timestamp()',),
    'select * from p where at < current_timestamp': ('CURRENT_TIMESTAMP', 'flag in a column'),
    'select *, current_user as u from p': ('CURRENT_USER',),
    'select *, age(at) from p': ('age(',),
    'select *, random() as r from p': ('random()',),
    "select *, nextval('q') as n from p": ('nextval',),
    "select *, current_setting('work_mem') as n from p": ('current_setting',),
    "select *, to_tsvector(title) as n from p": ('to_tsvector(text)',),
    "select *, 'now'::text::timestamptz as n from p": ('converts a constant text to a time',),
    'select *, mine(id) as n from p': ('mine(', 'IMMUTABLE'),
    'select p.*, (select total(id) from p q) as n from p': ('total(',),
    'select *, p.id === 1 as n from p': ('mine_eq(',),
    'select * from p tablesample bernoulli (50)': ('TABLESAMPLE',),
    'select * from p for update': ('FOR UPDATE',),
    'select *, xmin::text as x from p': ('system column',),
    'select * from m': ('materialized view', 'copy what comes from elsewhere'),
    'select p.* from p join m using (id)': ('materialized view',),
    'select p.*, s.last_value from p, q s': ('sequence',),
    'select p.*, c.relname from p left join pg_class c on c.oid = p.id': ('system catalog',),
    'select p.* from p join temporary on true': ('temporary table',),
    'select p.*, s.* from p, sums() s': ('sums(', 'IMMUTABLE'),
    'select p.*, look(id) as n from p': ('public.p', 'body of a function'),
    'select * from private': ('row-level security', 'exempt'),
    'select p.*, d.id as d from p join divided d using (title)': ('foreign tables', 'Detach'),
    'select p.* from p where id ==== 1': ('public.q_log', 'body of a function', 'into the view itself'),
    'with unused as (select * from q_log) select * from p': ('public.q_log', 'no row of it is read', 'Remove the WITH query'),
    'select p.*, n.of from p join names n using (id)': ('regclass', 'type text'),
    'select p.*, c.n from p, look_up c': ('foreign table', 'copy what comes from elsewhere'),
    'select p.*, m.id as other from p join on_top m using (id)': ('materialized view',),
    'select p.* from p join forced using (id)': ('row-level security',),
}

BAD_USE = {
    "select edge.publish('x', 'nowhere', key => 'id')": ('there is no view nowhere', 'search path'),
    "select edge.publish('x', 'v', key => 'nr')": ('no column nr', 'Its columns are: id, title'),
    "select edge.publish('x', 'a.b.c.d', key => 'id')": ('there is no view a.b.c.d', 'search path'),
    "select edge.publish('x', 'v; drop table p', key => 'id')": ('there is no view v; drop', 'search path'),
    "select edge.publish('x', null, key => 'id')": ('there is no view null', 'Create it first'),
    "select edge.publish('x', 'v', key => 'ID')": ('no column "ID"', 'Its columns are: id, title'),
    "select edge.publish('x', 'v', key => 'id,id')": ('key names id twice', 'once'),
    "select edge.publish('x', 'v', key => 'id,')": ('key is no list of columns: id,', 'commas'),
    "select edge.publish('x', 'v', key => '\"id')": ('key is no list of columns', 'double quotes'),
    "select edge.publish('x', 'v', key => 'id', sort => 'title,-title')": ('sort names title twice', 'once'),
    "select edge.publish('x', 'v', key => 'id', sort => 'title desc')": ('no column "title desc"', 'Its columns are'),
    "select edge.publish('x', 'v', key => 'id', sort => 'id,,title')": ('sort is no list of columns', 'minus'),
    "select edge.publish('x', 'v', key => 'id', filters => '{title,null}')": ('filters has a null', 'Name columns'),
    "select edge.publish('x', 'edge.journal', key => 'link')": ('table of ours', 'Publish tables of your own'),
    "select edge.publish('x', 'passing', key => 'id')": ('temporary view', 'permanent view'),
    "select edge.publish('x', 'q', key => 'last_value')": ('neither a view nor a table', 'over tables'),
    "select edge.publish('x', 'v', key => '')": ('no key was given', "key => 'id'"),
    "select edge.publish('x', 'v', key => 'id', sort => '-late')": ('no column late', 'sort'),
    "select edge.publish('x', 'v', key => 'id', filters => '{titel}')": ('no column titel', 'filters'),
    "select edge.publish('x', 'v', key => 'id', owner => 'who')": ('no column who', 'owner'),
    "select edge.publish('x', 'v', key => 'id', sort => 'doc')": ('type jsonb', 'Cast the column'),
    "select edge.publish('x', 'v', key => 'id', filters => '{doc}')": ('type jsonb', 'Supported are'),
    "select edge.publish('x', 'v', key => 'id', sort => 'tags')": ('is an array', 'contains'),
    "select edge.publish('x', 'v', key => 'id', sort => 'tags', filters => '{tags}')": ('is an array', 'contains'),
    "select edge.publish('x', 'v', key => 'id', owner => 'tags')": ('is an array', 'contains'),
    "select edge.publish('x', 'v', key => 'doc')": ('type jsonb', 'key'),
    "select edge.publish('x', 'w', key => 'id', filters => '{limit}')": ('called limit', 'rename the column'),
    "select edge.publish('leader', 'v', key => 'id')": ('reserved name', 'choose another'),
    "select edge.publish('lookup', 'v', key => 'id')": ('reserved name', 'choose another'),
    "select edge.publish('~x', 'v', key => 'id')": ('no name for a resource', 'letters'),
    "select edge.publish('a/b', 'v', key => 'id')": ('no name for a resource', 'letters'),
    "select edge.publish('x', 'v', key => 'id', default_limit => -1)": ('limits', 'default_limit'),
    "select edge.publish('x', 'v', key => 'id', default_limit => 5, max_limit => 4)": ('limits', 'max_limit'),
    "select edge.publish(null, 'v', key => 'id')": ('no name for a resource',),
    "select edge.publish('x', 'v', key => null)": ('no key was given',),
    "select edge.publish('x', 'v', key => 'id', filters => '{title,title}')": ('filters names title twice', 'once'),
    "select edge.publish('x', 'doubled', key => 'id')": ('more than 1000 SELECTs', 'tables'),
    "select edge.publish('x', 'm', key => 'id')": ('neither a view nor a table', 'over tables'),
    "select edge.publish('x', 'private', key => 'id')": ('row-level security', 'owner column'),
    "select edge.publish('x', 'invoker', key => 'id')": ('security_invoker', 'ALTER VIEW'),
    "select edge.publish_input('lookup')": ('reserved name', 'choose another'),
    "select edge.publish_input('~x')": ('no name for a resource', 'letters'),
    "select edge.publish_input(null)": ('no name for a resource',),
    "select edge.publish_input('x', 0)": ('time to live of 0 s', '86400'),
    "select edge.publish_input('x', null)": ('time to live of null s', '86400'),
    "select edge.publish_input('x', 86401)": ('out of bounds', 'repeats'),
    "select edge.unpublish('x')": ('there is no resource x', 'Published are'),
    "select * from edge.explain('x')": ('there is no resource x', 'edge.resource'),
    "select edge.acknowledge('x', null, 0)": ('lease', '3600'),
    "select edge.acknowledge('', null, 10)": ('name', '200'),
    "select edge.configure(journal_max_mb => 0)": ('one MB', 'larger'),
    "select edge.configure(journal_max_age => '1 second')": ('one minute', 'larger'),
    "select edge.grant_edge('nobody here')": ('there is no role "nobody here"', 'CREATE ROLE'),
}


class Refusals(EdgeTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dbowner = 'refusals_owner'
        rows(cls.sql, """
            create table p (id int primary key, title text, at timestamptz, tags text[], doc jsonb);
            create sequence q;
            create materialized view m as select id from p;
            create temporary table temporary (n int);
            create temporary view passing as select * from p;
            create table q_log (id int primary key); create table names (id int primary key, of regclass);
            create view on_top as select * from m;
            create function in_log(int, int) returns boolean language sql immutable strict
              begin atomic select exists (select from q_log where id = $1) and $1 = $2; end;
            create operator ==== (function = in_log, leftarg = int, rightarg = int);
            create function mine(int) returns int language sql stable return $1;
            create function mine_eq(int, int) returns boolean language sql volatile return $1 = $2;
            create operator === (function = mine_eq, leftarg = int, rightarg = int);
            create function step(int, int) returns int language sql volatile return $1 + $2;
            create aggregate total(int) (sfunc = step, stype = int, initcond = '0');
            create function sums() returns table (s bigint) language sql stable begin atomic select count(*) from p; end;
            create function look(int) returns bigint language sql immutable begin atomic select count(*) from p where id = $1; end;
            create table private (id int primary key, title text); alter table private enable row level security;
            create table forced (id int primary key); alter table forced enable row level security; alter table forced force row level security;
            create table divided (id int, title text) partition by list (id);
            create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing;
            create foreign table far partition of divided for values in (1) server nowhere;
            create foreign table far_off (n int) server nowhere; create view look_up as select * from far_off;
            create view v as select * from p;
            create view doubled as with a as (select id from p), b as (select a.id from a join a z using (id)), c as (select b.id from b join b z using (id)), d as (select c.id from c join c z using (id)), e as (select d.id from d join d z using (id)), f as (select e.id from e join e z using (id)), g as (select f.id from f join f z using (id)), h as (select g.id from g join g z using (id)), i as (select h.id from h join h z using (id)), j as (select i.id from i join i z using (id)), k as (select j.id from j join j z using (id)) select id from k;
            create view w as select id, title as limit from p;
            create view invoker with (security_invoker = on) as select * from p;
        """)
        # the views belong to a role that row-level security holds for
        rows(cls.sql, """drop role if exists refusals_owner; create role refusals_owner;
            grant usage, create on schema public to refusals_owner; grant usage on sequence q to refusals_owner;
            grant select on all tables in schema public to refusals_owner; grant select on q to refusals_owner;""")
        cls.addClassCleanup(rows, cls.sql, 'drop owned by refusals_owner cascade; drop role refusals_owner')

    def test_what_no_trigger_can_see(self):
        for number, (definition, parts) in enumerate(CANNOT_BE_SEEN.items()):
            with self.subTest(definition):
                view = f'unseen_{number}'
                self.run_sql(f'create view {view} as {definition}')
                if 'temporary' not in definition:
                    self.run_sql(f'alter view {view} owner to refusals_owner')
                self.assert_refused(f"select edge.publish('x', '{view}', key => 'id')", *parts)
        self.assertEqual(self.run_sql('select count(*) from edge.resource'), [(0,)])
        self.assertEqual(self.run_sql('select count(*) from edge.captured'), [(0,)])

    def test_bad_use(self):
        for sql, parts in BAD_USE.items():
            with self.subTest(sql):
                self.assert_refused(sql, *parts)

    def test_exempt_from_row_level_security(self):
        """The owner of the table sees all its rows: a view of his is like any other."""
        self.run_sql('create view all_private as select * from private')
        self.run_sql("select edge.publish('private', 'all_private', key => 'id'), edge.unpublish('private')")

    def test_what_looks_stable_but_is_steady(self):
        self.run_sql("""create view steady as select id, title, jsonb_agg(tags) as j, to_char(max(at), 'YYYY') as y, format('%%s', title) as f,
            max(at)::date as d, concat(title, id) as c, extract(year from max(at)) as e, array_to_string(array_agg(title), ',') as a
            from p where at > '2020-01-01' group by id""")
        self.run_sql("select edge.publish('steady', 'steady', key => 'id'), edge.unpublish('steady')")

    def test_texts_that_mean_another_time_each_day(self):
        del self.sql.notices[:]
        self.run_sql("""create view told as select id, title::date as day from p;
            create view not_told as select id, to_date(title, 'YYYY-MM-DD') as day from p where at > '2020-01-01'""")
        self.run_sql("select edge.publish('x', 'told', key => 'id'), edge.unpublish('x')")
        said = ''.join(self.sql.notices)
        self.assertIn("told converts a column's text to a time", said)
        self.assertIn('to_date or to_timestamp', said)
        del self.sql.notices[:]
        self.run_sql("select edge.publish('x', 'not_told', key => 'id'), edge.unpublish('x')")
        self.assertEqual(self.sql.notices, [])

    def test_published_twice(self):
        """Under two names a view is two resources; under one name the last publication counts."""
        self.addCleanup(self.run_sql, "select edge.unpublish('one'), edge.unpublish('two')")
        self.run_sql("select edge.publish('one', 'v', key => 'id'), edge.publish('two', 'v', key => 'id')")
        published = "select name, revision, declaration->'key' from edge.resource order by 1"
        (_, one, _), (_, two, _) = self.run_sql(published)
        self.assertLess(one, two)
        self.assertEqual(self.run_sql("select edge.publish('one', 'v', key => 'id')"), [(f'one: revision {one}, unchanged',)])
        self.assertEqual(self.run_sql("select edge.publish('one', 'v', key => 'title', sort => '-id')"), [(f'one: revision {two + 1}',)])
        self.assertEqual(self.run_sql(published), [('one', two + 1, ['title']), ('two', two, ['id'])])

    def test_rights(self):
        self.run_sql("""drop role if exists publisher; create role publisher; create role other_owner;
                        create table theirs (id int primary key); alter table theirs owner to other_owner""")
        self.addCleanup(self.run_sql, 'reset role; drop owned by publisher, other_owner; drop role publisher, other_owner')
        self.run_sql('set role publisher')
        with self.assertRaises(psycopg2.errors.InsufficientPrivilege):
            self.run_sql("select edge.publish('x', 'public.theirs', key => 'id')")
        self.run_sql('reset role; grant usage on schema edge to publisher; grant execute on function edge.owner(), edge.check_publisher() to publisher; '
                     'grant execute on function edge.publish(text, text, text, text, text[], int, int, text) to publisher; set role publisher')
        self.assert_refused("select edge.publish('x', 'public.theirs', key => 'id')", 'may not publish', 'owns the schema edge')
        self.run_sql('reset role; alter schema edge owner to publisher')
        self.addCleanup(self.run_sql, 'reset role; alter schema edge owner to postgres')
        self.assert_refused("select edge.publish('x', 'public.theirs', key => 'id')", 'publisher', 'may not read', 'GRANT SELECT')

    def test_notices(self):
        """A table without a way, and a hop without an index, are told with their reason."""
        del self.sql.notices[:]
        self.run_sql("""create table loose (n int, pid int);
            create view with_notice as select p.id, (select count(*) from loose) as n from p;
            create view without_index as select p.id, count(l.n) as n from p left join loose l on l.pid = p.id group by p.id;
            create view by_title as select p.id, l.n from p join loose l on l.n = length(p.title)""")
        self.run_sql("select edge.publish('n', 'with_notice', key => 'id')")
        said = ''.join(self.sql.notices)
        self.assertIn('every change of public.loose re-reads all of n', said)
        self.assertIn('edge.explain', said)
        del self.sql.notices[:]
        self.run_sql("select edge.publish('n', 'without_index', key => 'id')")
        self.assertEqual(self.sql.notices, [])
        self.run_sql("select edge.publish('n', 'by_title', key => 'id')")
        self.assertIn('no index carries public.p ((pg_catalog.length(title)))', ''.join(self.sql.notices))
        self.assertIn('NO INDEX', self.run_sql("select string_agg(indexes, '') from edge.explain('n')")[0][0])
        self.run_sql("select edge.unpublish('n')")
