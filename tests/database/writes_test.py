"""Every kind of statement that changes rows: the copy follows, and what did not change is not told."""
import io

from support import EdgeTest, Mirror, rows


class Writes(EdgeTest):

    def setUp(self):
        self.run_sql("""
            drop schema if exists s cascade; create schema s; set search_path = s;
            create table people (id int primary key, name text, boss int references people on delete cascade);
            create table posts (id int primary key, author int references people on update cascade on delete set null, title text,
                                words int generated always as (length(title)) stored);
            create table parts (post int references posts on delete cascade, n int, region int, primary key (post, region)) partition by list (region);
            create table parts_0 partition of parts for values in (0);
            create table parts_1 (n int, region int not null, post int not null, unique (post, region));
            alter table parts attach partition parts_1 for values in (1);
            create view v as select p.id, p.title, p.words, u.name, (select sum(n) from parts where post = p.id) as n
                             from posts p left join people u on u.id = p.author;
            insert into people values (1, 'ann', null), (2, 'bob', 1), (3, 'cem', 2);
            insert into posts values (1, 1, 'one'), (2, 2, 'two'), (3, 2, 'three'), (4, 3, 'four'), (5, null, 'five');
            insert into parts values (1, 10, 0), (2, 20, 1), (3, 30, 0);
            select edge.publish('v', 'v', key => 'id');
        """)
        self.addCleanup(self.run_sql, "reset session_replication_role; select edge.unpublish('v')")
        self.mirror = Mirror(self.dbname)
        self.addCleanup(self.mirror.close)
        self.mirror.pull()

    def told(self, *keys, reason=None):
        """Pulls; entries `keys` were told of, no others, or all for a reason; and the copy is right."""
        answer = self.mirror.pull(lambda m: self.assertEqual(m.load('v'), m.contents['v']))
        self.assertEqual(self.mirror.reloads.get('v'), reason)
        self.assertEqual(sorted({r[2] for r in answer[1:] if r[0] in 'ED'}), sorted(str(k) for k in keys))

    def test_insert_on_conflict(self):
        self.run_sql("insert into people values (1, 'ada'), (4, 'dan') on conflict (id) do update set name = excluded.name")
        self.told(1)
        self.run_sql("insert into posts values (1, 1, 'x'), (6, 4, 'six') on conflict do nothing")
        self.told(6)

    def test_merge(self):
        self.run_sql("""merge into posts using (values (1, 'uno'), (2, 'two'), (7, 'seven'), (3, null)) as new(id, title) on posts.id = new.id
            when matched and new.title is null then delete
            when matched and posts.title = new.title then do nothing
            when matched then update set title = new.title
            when not matched then insert (id, author, title) values (new.id, 1, new.title)""")
        self.told(1, 3, 7)

    def test_merge_by_source(self):
        if self.sql.server_version < 170000:
            self.skipTest('needs PostgreSQL 17')
        self.run_sql("""merge into posts using (values (1), (2), (3), (4)) as new(id) on posts.id = new.id
            when not matched by source then delete when matched and posts.id = 4 then update set title = 'four!'""")
        self.told(4, 5)

    def test_copy(self):
        with self.sql.cursor() as cursor:
            cursor.copy_expert('copy posts (id, author, title) from stdin', io.StringIO('8\t1\teight\n9\t\\N\tnine\n'))
            self.told(8, 9)
            cursor.copy_expert('copy parts (post, n, region) from stdin', io.StringIO('8\t1\t0\n9\t2\t1\n'))
            self.told(8, 9)

    def test_with(self):
        """Several commands of one statement, two of them on one table; what a later one makes of a row counts."""
        self.run_sql("""with gone as (delete from posts where id = 1 returning id, title),
                             more as (insert into posts select id + 100, 1, title from gone returning id),
                             changed as (update people set name = 'zoe' where id = 3),
                             again as (update people set name = 'bea' where id = 2)
                        insert into parts select id, 1, 0 from more where false""")
        self.told(1, 2, 3, 4, 101)

    def test_keys_change(self):
        self.run_sql('update posts set id = id + 10 where id in (4, 5)')
        self.told(4, 5, 14, 15)
        self.run_sql('update people set id = 20 where id = 3')  # cascades to the posts' author
        self.told(14)

    def test_foreign_keys_cascade(self):
        self.run_sql('delete from posts where id = 3')  # with its parts, in both partitions
        self.told(3)
        self.run_sql('delete from people where id = 1')  # with all whose boss they are; authors become null
        self.told(1, 2, 4)
        self.assertEqual(self.run_sql('select count(*) from people'), [(0,)])

    def test_partitions(self):
        self.run_sql('update parts set region = 1 where post = 1')  # moves the row
        self.told(1)
        self.run_sql('update parts_1 set n = n + 1')  # by the partition's name
        self.told(1, 2)
        self.run_sql('delete from parts_0; insert into parts_1 values (4, 1, 5)')
        self.told(3, 5)
        self.run_sql('update parts set post = 4 where post = 1')
        self.told(1, 4)

    def test_triggers_of_others(self):
        """A trigger before changes the row; one after writes again, and its writes are journaled before ours."""
        self.run_sql("""
            create function before() returns trigger language plpgsql as $$ begin new.author := 3; return new; end $$;
            create function after() returns trigger language plpgsql as $$ begin
              update posts set title = title || '!' where id = new.id and title !~ '!'; return null; end $$;
            create trigger before before insert on posts for each row execute function before();
            create trigger after after insert or update on posts for each row execute function after();
            insert into posts values (10, 1, 'ten')""")
        self.told(10)
        self.assertIn('"title":"ten!","words":4,"name":"cem"', self.mirror.contents['v']['10'][1])
        self.run_sql("update people set name = 'cleo' where id = 3")
        self.told(4, 10)

    def test_rules(self):
        self.run_sql("""create rule r as on delete to posts do instead update posts set title = 'deleted' where id = old.id;
                        delete from posts where id = 2""")
        self.told(2)

    def test_replica_role(self):
        """Triggers of ours fire always, as for a dump that is restored with triggers disabled."""
        self.run_sql("set session_replication_role = replica; update people set name = 'x' where id = 1; "
                     "insert into posts values (11, 1, 'eleven'); delete from parts where post = 2")
        self.told(1, 2, 11)

    def test_truncate_cascades(self):
        self.run_sql('truncate parts_1')
        self.told(reason='truncate')
        self.run_sql('truncate posts cascade')
        self.told(reason='truncate')
        self.assertEqual(self.mirror.contents['v'], {})

    def test_what_is_rolled_back(self):
        self.run_sql("""begin; update posts set title = 'a' where id = 1; savepoint a; update posts set title = 'b' where id = 2; rollback to a;
                        update posts set title = 'c' where id = 3; commit""")
        self.told(1, 3)
        self.run_sql("""do $$ begin begin update posts set title = 'd' where id = 4; raise exception 'no'; exception when others then null; end;
                        update posts set title = 'e' where id = 5; end $$""")
        self.told(5)

    def test_many_statements_about_one_row(self):
        self.addCleanup(self.run_sql, 'rollback')
        rows(self.sql, 'begin')
        for i in range(30):
            self.run_sql("update posts set title = %s where id = 1", f'title {i}')
            self.run_sql('update posts set id = %s where id = %s', 100 + i + 1, 100 + i if i else 5)
        rows(self.sql, 'commit')
        self.told(1, 5, *range(101, 131))  # the keys in between as well: read, and not there
        self.assertEqual(set(self.mirror.contents['v']), {'1', '2', '3', '4', '130'})
