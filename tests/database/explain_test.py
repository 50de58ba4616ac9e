"""edge.explain: per table instance its way to the key, the SQL of it, and what carries each hop."""
from support import EdgeTest


class Explain(EdgeTest):

    def setUp(self):
        self.run_sql("""
            drop schema if exists s cascade; create schema s; set search_path = s, public;
            create table people (id int primary key, name text, boss int);
            create table posts (id int primary key, author int, title text, region int);
            create table tags (id int primary key, name text);
            create table post_tags (post int, tag int, primary key (post, tag));
        """)
        self.addCleanup(self.run_sql, 'select edge.unpublish(name) from edge.resource')

    def explain(self, view, key='id'):
        """alias -> (journaled, way, sql, indexes) of a view that is published for it."""
        self.run_sql(f'drop view if exists v cascade; create view v as {view}')
        del self.sql.notices[:]
        self.run_sql('select edge.publish(%s, %s, key => %s)', 'v', 'v', key)
        self.said = ''.join(self.sql.notices)
        return {row[1]: row[2:] for row in self.run_sql("select * from edge.explain('v')")}

    def hop(self, condition, index='select'):
        """What carries the way from people to posts."""
        self.run_sql(index)
        told = self.explain(f'select posts.id, people.name from posts left join people on {condition}')['people'][3]
        self.assertEqual('no index carries' in self.said, 'NO INDEX' in told)
        return told.split(': ')[1]

    def test_every_instance_has_its_way(self):
        ways = self.explain("""select p.id, a.name, b.name as boss, array(select t.name from post_tags pt join tags t on t.id = pt.tag
            where pt.post = p.id order by 1) as tags from posts p join people a on a.id = p.author left join people b on b.id = a.boss""")
        self.assertEqual(ways['p'], ('id', 'key', 'select j.key::integer as k1 from journal j', None))
        self.assertEqual(ways['pt'][:2], ('post', 'p.id -> key'))
        self.assertEqual(ways['a'][:2], ('id', 'p.author -> key'))
        self.assertEqual(ways['b'][:2], ('id', 'a.boss -> p.author -> key'))
        self.assertEqual(ways['t'][:2], ('id', 'pt.tag -> p.id -> key'))
        self.assertIn('from s.post_tags p where j.key::integer operator(pg_catalog.=) p.tag', ways['t'][2])

    def test_its_sql_can_be_run(self):
        """With a row of the journal in front, each way's SQL answers with keys."""
        self.run_sql('insert into posts values (7, 1, null, 0), (8, 1, null, 0), (9, 2, null, 0)')
        sql = self.explain('select p.id, a.name from posts p join people a on a.id = p.author')['a'][2]
        self.assertEqual(sorted(self.run_sql(f'with journal(key) as (values (1)) {sql}')), [(7,), (8,)])

    def test_why_there_is_none(self):
        ways = self.explain('select id, (select count(*) from tags t) as n from posts p')
        self.assertEqual(ways['t'][:3], ('that it changed', 're-reads the whole resource: no condition `column = column` leads to it from the key', None))
        self.assertIn('every change of s.tags re-reads all of v: no condition', self.said)
        reasons = {
            'select id from posts p order by title, id limit 3': 'because of LIMIT or OFFSET',
            'select author as id, region from posts p group by grouping sets ((author), (region))': 'because of GROUPING SETS',
            'with recursive p(id) as (select 1 union all select posts.id from posts join p on author = p.id where posts.id > p.id) select * from p': 'not made of plain columns',
            'select id + 1 as id from posts p': 'the key is not made of plain columns of one table',
            'select id from tags where id not in (select author from posts p)': 'NOT IN',
            'select t.id, (select count(*) from (select * from posts order by id limit 2) p where p.author = t.id) as n from tags t': 'because of LIMIT or OFFSET',
            'select t.id, p.title from tags t left join (select * from posts order by id limit 2) p on p.author = t.id': 'because of LIMIT or OFFSET',
            'select author::numeric as id from posts p': 'equal keys of its type may differ',
        }
        for view, reason in reasons.items():
            with self.subTest(view):
                told = [way for _, way, _, _ in self.explain(view).values() if 're-reads' in way]
                self.assertEqual(len(told), 1)
                self.assertIn(reason, told[0])
                self.assertIn(reason, self.said)

    def test_too_many_ways_are_none(self):
        """Ways multiply with the branches of unions that follow each other."""
        branches = ' union all '.join(['select id, boss from people'] * 12)
        told = self.explain(f"""select a.id, p.title from ({branches}) a left join ({branches}) b on b.id = a.boss
            left join posts p on p.author = b.boss""")['p']
        self.assertEqual(told[:2], ('that it changed', 're-reads the whole resource: more than 128 different ways lead from it to the key, by the branches of unions'))

    def test_an_index_carries_a_hop_if_the_planner_says_so(self):
        self.assertEqual(self.hop('people.id = posts.author'), 'NO INDEX, scans the table')
        self.assertEqual(self.hop('people.id = posts.author', 'create index partial on posts (author) where title is not null'), 'NO INDEX, scans the table')
        self.assertEqual(self.hop('people.id = posts.author', 'create index other on posts (title, author)'), 'NO INDEX, scans the table')
        self.assertEqual(self.hop('people.id = posts.author', 'create index by_author on posts (author)'), 'by_author')
        self.assertEqual(self.hop('lower(people.name) = lower(posts.title)', 'create index by_title on posts (title)'), 'NO INDEX, scans the table')
        self.assertEqual(self.hop('lower(people.name) = lower(posts.title)', 'create index by_lower on posts (lower(title))'), 'by_lower')
        self.assertEqual(self.hop('people.name collate "C" = posts.title'), 'NO INDEX, scans the table')
        self.assertEqual(self.hop('people.name collate "C" = posts.title', 'create index by_c on posts (title collate "C")'), 'by_c')
        self.assertEqual(self.hop('people.id < posts.author'), 'by_author')

    def test_two_branches_of_a_null_safe_hop_are_carried(self):
        self.run_sql('create index by_author on posts (author)')
        self.explain('select id, rank() over (partition by author order by id) as r from posts')
        told = self.run_sql("select way, indexes from edge.explain('v') order by way")
        self.assertEqual(told, [('key', None), ('posts.author -> key', 's.posts (author): by_author')])

    def test_each_partition_and_child_needs_its_index(self):
        for kind in ('partition of posts for values in (0)', '() inherits (posts)'):
            with self.subTest(kind):
                self.run_sql('drop table posts cascade; create table posts (id int, author int, region int)'
                             + (' partition by list (region)' if 'partition' in kind else ''))
                self.run_sql(f"create table part_0 {kind}; create index on only posts (author)")
                self.assertEqual(self.hop('people.id = posts.author'), 'NO INDEX, scans the table')
                self.run_sql('create index on part_0 (author)')
                self.assertIn('part_0_author_idx', self.hop('people.id = posts.author'))
        self.run_sql('drop table posts cascade; create table posts (id int, author int, region int) partition by list (region)')
        self.assertEqual(self.hop('people.id = posts.author'), 'no rows')
