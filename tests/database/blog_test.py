"""The blog's own tables, time stamps and rights."""
import json
import unittest

import psycopg2
import psycopg2.errors as errors

from support import DB, Mirror, connect, new_database, psql, rows, value


class BlogTest(unittest.TestCase):
    """A database installed as db/README.md says, with the demo in it."""

    @classmethod
    def setUpClass(cls):
        cls.dbname = new_database()
        for _ in range(2):  # every script is safe to run again
            psql('postgres', DB / 'roles.sql', database=cls.dbname, web_password="it's secret")
            for script in ('edge', 'schema', 'resources', 'demo'):
                psql(cls.dbname, DB / f'{script}.sql', user='blog_owner')
        cls.owner = connect(cls.dbname, 'blog_owner')
        cls.web = connect(cls.dbname, 'blog_web')
        for session in (cls.owner, cls.web):
            cls.addClassCleanup(session.close)

    def refused(self, error, session, sql, *args):
        with self.assertRaises(error):
            rows(session, sql, *args)


class Demo(BlogTest):

    def test_demo(self):
        self.assertEqual(rows(self.owner, 'select status, count(*) from posts group by 1 order by 1'), [('draft', 3), ('published', 12)])
        self.assertEqual(value(self.owner, 'select count(*) from users'), 5)
        self.assertEqual(value(self.owner, 'select count(*) from post_tags'), 20)
        self.assertEqual(value(self.owner, 'select count(distinct password_hash) from users'), 5)

    def test_every_table_leads_to_the_posts(self):
        self.assertEqual(rows(self.owner, """select name, "table" from edge.resource, edge.explain(name) where way like 're-reads%' or indexes like '%NO INDEX%'"""), [])

    def test_passwords_are_set_where_given(self):
        admin = connect('postgres')
        self.addCleanup(admin.close)
        self.assertEqual(rows(admin, "select rolname, rolpassword is not null from pg_authid where rolname like 'blog%' order by 1"),
                         [('blog_edge', False), ('blog_owner', False), ('blog_web', True)])

    def test_a_post_is_as_promised(self):
        post = json.loads(value(self.owner, "select to_json(x)::text from published_posts x where title = 'Three books for a rainy week'"))
        self.assertEqual(list(post), ['id', 'author_id', 'title', 'content', 'status', 'tags', 'published_at', 'created_at', 'updated_at', 'author'])
        self.assertEqual(post['tags'], ['books', 'tea'])
        self.assertEqual(post['author'], {'id': 3, 'name': 'carol'})


class Changes(BlogTest):

    def test_a_day_of_the_blog(self):
        """Each write of the web service reaches exactly the posts it concerns."""
        mirror = Mirror(self.dbname, 'blog_edge')
        self.addCleanup(mirror.close)
        mirror.pull()
        self.assertEqual({n: len(c) for n, c in mirror.contents.items()}, {'posts': 12, 'my_posts': 15})

        def posts():
            told = [r[:3] for r in mirror.pull(lambda m: [self.assertEqual(m.load(n), c) for n, c in m.contents.items()])[1:]]
            return sorted((kind, int(key)) for kind, resource, key in told if resource == 'posts')

        new = value(self.web, "insert into posts (author_id, title, content) values (1, 'New', 'text') returning id")
        self.assertEqual(posts(), [('D', new)])  # a draft: in my_posts only
        self.assertIn(str(new), mirror.contents['my_posts'])
        rows(self.web, "update posts set status = 'published' where id = %s", new)
        self.assertEqual(posts(), [('E', new)])
        rows(self.web, 'insert into post_tags select %s, id from tags where name = %s', new, 'tea')
        self.assertEqual(posts(), [('E', new)])
        self.assertEqual(json.loads(mirror.contents['posts'][str(new)][1])['tags'], ['tea'])
        carols = [k for k, (_, text) in mirror.contents['my_posts'].items() if json.loads(text)['author_id'] == 3]
        rows(self.web, "update users set username = 'caroline' where username = 'carol'")
        self.assertEqual(sorted(k for _, k in posts()), sorted(map(int, carols)))
        rows(self.web, "update tags set name = 'chai' where name = 'tea'")
        self.assertTrue({k for _, k in posts()} >= {new})
        rows(self.web, "update posts set status = 'draft' where id = %s", new)
        self.assertEqual(posts(), [('D', new)])
        rows(self.web, 'delete from users where id = 4')
        posts()
        self.assertFalse([1 for _, text in mirror.contents['my_posts'].values() if json.loads(text)['author_id'] == 4])
        rows(self.owner, 'truncate users cascade')
        mirror.pull()
        self.assertEqual(mirror.contents, {'posts': {}, 'my_posts': {}})


class Stamps(BlogTest):

    def stamps(self, post):
        return rows(self.web, 'select created_at, updated_at, published_at from posts where id = %s', post)[0]

    def test_time_stamps(self):
        post = value(self.web, "insert into posts (author_id, title, content, created_at, updated_at, published_at) "
                               "values (1, 'T', '', '1999-01-01', '1999-01-01', '1999-01-01') returning id")
        created, updated, published = self.stamps(post)
        self.assertEqual((created.year > 2000, updated, published), (True, created, None))
        rows(self.web, "update posts set title = 'U', created_at = '1999-01-01', published_at = '1999-01-01' where id = %s", post)
        created2, updated2, published2 = self.stamps(post)
        self.assertEqual((created2, published2), (created, None))
        self.assertGreater(updated2, updated)
        rows(self.web, "update posts set status = 'published' where id = %s", post)
        _, updated3, first = self.stamps(post)
        self.assertEqual(first, updated3)
        rows(self.web, "update posts set status = 'draft' where id = %s", post)
        rows(self.web, "update posts set status = 'published' where id = %s", post)
        created4, updated4, again = self.stamps(post)
        self.assertEqual((created4, again), (created, first))
        self.assertGreater(updated4, updated3)
        rows(self.web, 'update posts set title = title where id = %s', post)
        self.assertEqual(self.stamps(post), (created4, updated4, again))

    def test_a_change_of_tags_is_a_change_of_the_post(self):
        post = value(self.web, "insert into posts (author_id, title, content) values (1, 'T', '') returning id")
        tags = [value(self.web, 'insert into tags (name) values (%s) returning id', f'stamp {n}') for n in range(2)]
        last = self.stamps(post)[1]
        for change in (f'insert into post_tags values ({post}, {tags[0]})', f'update post_tags set tag_id = {tags[1]} where post_id = {post}',
                       f"update tags set name = 'stamp 3' where id = {tags[1]}", f'delete from tags where id = {tags[1]}'):
            rows(self.web, change)
            now = self.stamps(post)[1]
            self.assertGreater(now, last, change)
            last = now
        rows(self.web, f"update tags set name = 'stamp 4' where id = {tags[0]}")
        self.assertEqual(self.stamps(post)[1], last)


class Constraints(BlogTest):

    def test_bounds(self):
        def user(**given):
            u = {'username': 'zoe', 'email': 'zoe@example.com', 'password_hash': '$argon2id$v=19$x'} | given
            return 'insert into users (username, email, password_hash) values (%s, %s, %s)', u['username'], u['email'], u['password_hash']

        def post(**given):
            p = {'author_id': 1, 'title': 't', 'content': '', 'status': 'draft'} | given
            return 'insert into posts (author_id, title, content, status) values (%s, %s, %s, %s)', p['author_id'], p['title'], p['content'], p['status']

        for bad in (user(username=''), user(username='x' * 51), user(username=' a'), user(email='nobody'), user(email='a b@c'),
                    user(email='x' * 251 + '@y.z'), user(password_hash='plain'), post(title=''), post(title=' \t'), post(title='x' * 201),
                    post(content='x' * 100001), post(status='gone'), ("insert into tags (name) values ('')",), ("insert into tags (name) values (%s)", 'x' * 51)):
            with self.subTest(bad):
                self.refused(errors.CheckViolation, self.web, *bad)
        for bad in (user(username='alice'), user(email='alice@example.com'), ("insert into tags (name) values ('tea')",),
                    ('insert into post_tags select * from post_tags limit 1',)):
            with self.subTest(bad):
                self.refused(errors.UniqueViolation, self.web, *bad)
        for bad in (post(author_id=999), ('insert into post_tags values (999, 1)',), ('insert into post_tags values (1, 999)',)):
            with self.subTest(bad):
                self.refused(errors.ForeignKeyViolation, self.web, *bad)
        self.refused(errors.NotNullViolation, self.web, 'insert into posts (author_id, title) values (1, %s)', 't')
        rows(self.web, *post(title='x' * 200, content='🐘' * 100000))
        rows(self.web, *user())


class Rights(BlogTest):

    def test_blog_edge_reads_what_is_published_and_nothing_else(self):
        session = connect(self.dbname, 'blog_edge')
        self.addCleanup(session.close)
        value(session, 'select count(*) from published_posts')
        value(session, 'select count(*) from all_posts')
        rows(session, 'select * from edge.pull(null, null, null)')
        rows(session, "select edge.acknowledge('x', null, 10)")
        rows(session, "select edge.release('x')")
        rows(session, 'select edge.renew_marker()')
        rows(session, 'listen edge; listen edge_probe')
        rows(session, "select pg_notify('edge_probe', 'x')")
        changes = value(self.owner, "select oid::regproc from pg_proc where pronamespace = 'edge'::regnamespace"
                                  " and proname like 'changes\\_%%' limit 1")
        for sql in ('select * from users', 'select email from users', 'select * from posts', 'select * from tags', 'select * from post_tags',
                    'insert into tags (name) values (1)', 'select * from edge.journal', 'select * from edge.resource', 'delete from edge.state',
                    "select edge.publish('x', 'all_posts', key => 'id')", "select edge.unpublish('posts')", 'select edge.uninstall()',
                    'select edge.configure(bell => false)', "select edge.grant_edge('blog_web')", 'select edge.prune()',
                    f"select * from {changes}('{{}}', '{{}}', '{{}}')", 'create table x ()', 'create schema x', 'create temporary table x ()'):
            with self.subTest(sql):
                self.refused(errors.InsufficientPrivilege, session, sql)

    def test_blog_web_writes_its_tables_and_can_not_touch_capture(self):
        value(self.web, 'select count(*) from all_posts')
        for sql in ('select * from edge.journal', 'insert into edge.journal (link) values (1)', 'select edge.prune()', 'select * from edge.pull(null, null, null)',
                    'truncate posts', 'alter table posts disable trigger all', 'drop trigger _900_edge_insert on posts', 'create table x ()',
                    "update pg_class set relname = 'x'"):
            with self.subTest(sql):
                self.refused(errors.InsufficientPrivilege, self.web, sql)

    def test_strangers_may_not_even_connect(self):
        admin = connect('postgres')
        rows(admin, 'drop role if exists stranger; create role stranger login')
        self.addCleanup(admin.close)
        self.addCleanup(rows, admin, 'drop role stranger')
        with self.assertRaises(psycopg2.OperationalError):
            connect(self.dbname, 'stranger')
