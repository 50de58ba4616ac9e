"""Server time of a pull, among many entries behind an aggregating view."""
import contextlib
import json

import writers
from cluster import rows
from figures import p50_p99

# An entry costs a join and an aggregate over what belongs to it; a list of keys is not moved into its GROUP BY.
VIEW = """
    select edge.unpublish('posts'), edge.unpublish('my_posts'), edge.unpublish('nodes');
    create view tagged_posts as
      select p.id, p.title, p.content, u.username, json_agg(t.name order by t.name) as tags
      from posts p join users u on u.id = p.author_id
        left join post_tags pt on pt.post_id = p.id left join tags t on t.id = pt.tag_id
      group by p.id, u.username;
    select edge.publish('tagged_posts', source => 'tagged_posts', key => 'id', sort => '-id')
"""
MORE_POSTS = """
    set session_replication_role = replica;
    insert into posts (author_id, title, content, status)
      select 1 + i % 1000, 'post ' || i, repeat('words of a post, ', 15), 'draft' from generate_series(1, {posts}) as i;
    insert into post_tags (post_id, tag_id) select id, 1 + (id + t * 7) % 50
      from posts, generate_series(1, 2) as t on conflict do nothing
"""
JOURNAL = """insert into edge.journal (link, key)
             select l.id, i from edge.link l, generate_series(1, 100000) as i where l.relation = 'posts'::regclass"""
CLIENTS, RATE = 4, 200  # who writes, commits a second, beside a transaction that is open for minutes
# As an edge sets its session; the rest is set by edge.pull itself.
SESSION = "set default_transaction_isolation = 'repeatable read'; set timezone = 'UTC'; set jit = off"


class Puller:
    """A session as an edge's, that holds the resource as of one snapshot."""

    def __init__(self, cluster, database):
        self.connection = cluster.connect(database, 'blog_edge')
        rows(self.connection, "select edge.acknowledge('puller', null, 3600)")
        rows(self.connection, 'select edge.renew_marker()')
        rows(self.connection, SESSION)
        self.since = self.marker = None
        self.held = '{}'
        (_, _, marker, _, self.since), (_, _, _, _, declared) = self._pull()
        self.marker = marker
        self.held = json.dumps({'tagged_posts': {'revision': json.loads(declared)['revision'], 'loaded': True}})

    def close(self):
        self.connection.close()

    def _pull(self, prefix=''):
        return rows(self.connection, f'{prefix} select * from edge.pull(%s, %s, %s)',
                    self.since, self.marker, self.held)

    def catch_up(self):
        self.since = rows(self.connection, 'select pg_current_snapshot()::text')[0][0]

    def times(self, entries, count):
        """Server milliseconds of the same pull again and again; it must bring so many entries."""
        kinds = [row[0] for row in self._pull()]
        if kinds != ['S'] + ['E'] * entries:
            raise SystemExit(f'a pull of {entries} entries brought {kinds}')
        explain = 'explain (analyze, timing off, format json)'
        return [self._pull(explain)[0][0][0]['Execution Time'] for _ in range(count)]


def change(cluster, database, first, count):
    cluster.run(database, "update posts set title = title || '.' where id between %s and %s", first, first + count - 1)


def measure(cluster, posts, journal_rows, open_minutes=0):
    """Lines of the report: what was changed, and p50/p99 of the server's milliseconds."""
    database = 'pull'
    cluster.clone(database)
    present = cluster.run(database, 'select count(*) from posts')[0][0]
    if posts > present:
        cluster.run(database, MORE_POSTS.format(posts=posts - present))
    cluster.run(database, 'vacuum analyze')
    cluster.run(database, VIEW, role='blog_owner')
    with contextlib.closing(Puller(cluster, database)) as puller:
        for entries, count in ((0, 200), (1, 200), (10, 100), (1000, 10)):
            change(cluster, database, 100, entries)
            yield f'{entries:,} changed', p50_p99(puller.times(entries, count))
            puller.catch_up()
        with contextlib.closing(cluster.connect(database)) as old:
            # A post that none of the writers wants.
            rows(old, "begin; update posts set title = 'not yet' where id = 20000")
            if open_minutes:
                with writers.OneRowUpdates(cluster, database, CLIENTS, open_minutes * 60, RATE) as load:
                    load.result()
                journaled = cluster.run(database, 'select count(*) from edge.journal')[0][0]
                behind = f'{journaled:,} journal rows behind a transaction open for {open_minutes} minutes'
            else:
                for _ in range(journal_rows // 100_000):
                    cluster.run(database, JOURNAL)
                cluster.run(database, 'vacuum analyze edge.journal')
                behind = f'{journal_rows:,} journal rows behind an open transaction'
            puller.catch_up()
            change(cluster, database, 100, 1)
            yield f'1 changed, {behind}', p50_p99(puller.times(1, 200))
